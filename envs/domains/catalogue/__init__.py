"""The catalogue: facts about real API operations, from packages or documents of one's own.

    from palestra.envs.domains.catalogue import read_catalogue, from_openapi

    apis = read_catalogue()                       # 47,900 operations, shipped
    mine = from_openapi(document)                 # any OpenAPI 3.x or Swagger 2 document
    tools = from_mcp(listed, service="my-server") # what an MCP server's tools/list returns

Facts only: names, types, requirements, enums, ranges, patterns, output shapes, names of errors,
provenance. No sentence of anybody's documentation is kept; descriptions are rendered from names.
"""

from .api import Api
from .mcp import from_mcp
from .openapi import from_openapi
from .store import CATALOGUE, read_catalogue, write_catalogue

__all__ = ["CATALOGUE", "Api", "from_mcp", "from_openapi", "read_catalogue", "write_catalogue"]
