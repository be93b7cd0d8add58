"""The tool graph: operations joined by what they take, cut into communities (AgentScaler, 2.1).

edges = similar(apis)                         # cosine of TF-IDF vectors of parameters
for members in communities(len(apis), edges): # Louvain; giants are split again
    ...
"""

from .communities import communities, modularity
from .picture import draw
from .vectors import Edges, similar

__all__ = ["Edges", "communities", "draw", "modularity", "similar"]
