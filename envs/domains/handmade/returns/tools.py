"""The shop's tools. They check what is possible; what is allowed stands in the policy."""

from __future__ import annotations

from typing import Annotated, Literal

from ....core import Length, Range
from ...world import new_key
from ..toolkit import Connection, Id, Row, one, reads, refuse, rows, writes

Reason = Literal["unwanted", "wrong_item", "defective"]
Condition = Literal["unopened", "opened"]
Cents = Annotated[int, Range(0, 10_000_000)]


@reads
def find_customer(db: Connection, email: Annotated[str, Length(3, 120)]) -> str:
    """Find the id of the customer with an e-mail address.

    Args:
        email: E-mail address.
    """
    sql = "select customer_id from customers where email = ?"
    return one(db, "customer with the address", sql, email)["customer_id"]


@reads
def verify_customer(db: Connection, customer_id: Id, zip: Annotated[str, Length(1, 12)]) -> Row:
    """Check who the customer is, and get the profile.

    Args:
        customer_id: Customer id, for example L123007.
        zip: ZIP code as the customer says it.
    """
    customer = one(db, "customer", "select * from customers where customer_id = ?", customer_id)
    if customer["zip"] != zip:
        refuse("customer id and ZIP code do not agree")
    return customer


@reads
def list_orders(db: Connection, customer_id: Id) -> list[Row]:
    """List a customer's orders with what was ordered.

    Args:
        customer_id: Customer id.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    found = rows(
        db,
        "select order_id, status, ordered_on, delivered_on from orders where customer_id = ? "
        "order by order_id",
        customer_id,
    )
    for order in found:
        order["products"] = [line["product"] for line in _lines(db, order["order_id"])]
    return found


@reads
def get_order(db: Connection, order_id: Id) -> Row:
    """Get an order: its lines with category, price and whether it was final sale, and its payment.

    Args:
        order_id: Order number, for example W70007.
    """
    order = _order(db, order_id)
    order["lines"] = _lines(db, order_id)
    return order


@reads
def get_product(db: Connection, product_id: Id) -> Row:
    """Get a product and the options in which it can be had.

    Args:
        product_id: Product id, for example P107.
    """
    found = one(db, "product", "select * from products where product_id = ?", product_id)
    found["items"] = rows(
        db,
        "select item_id, options, price_cents, stock from items where product_id = ? "
        "order by item_id",
        product_id,
    )
    return found


@reads
def list_payment_methods(db: Connection, customer_id: Id) -> list[Row]:
    """List how a customer can pay and be paid; a gift card has a balance in cents.

    Args:
        customer_id: Customer id.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    return rows(
        db,
        "select payment_id, kind, balance_cents from payment_methods where customer_id = ? "
        "order by payment_id",
        customer_id,
    )


@writes("order_lines", "returns", "payment_methods", "items")
def return_line(
    db: Connection,
    line_id: Id,
    reason: Reason,
    condition: Condition,
    refund_cents: Cents,
    payment_id: Id,
) -> Row:
    """Take back one line of a delivered order and refund it.

    Args:
        line_id: Line of the order, for example W70007-1.
        reason: What the customer says.
        condition: Whether it was opened or used.
        refund_cents: Refund, at most the price of the line.
        payment_id: Where the refund goes.
    """
    line = _delivered(db, line_id)
    if refund_cents > line["price_cents"]:
        refuse(f"the price of the line is {line['price_cents']} cents", "InvalidArgument")
    _pay(db, line["customer_id"], payment_id, -refund_cents)
    key = f"RT{new_key(db, 'return')}"
    db.execute(
        "insert into returns values (?, ?, ?, ?, ?, ?)",
        (key, line_id, reason, condition, refund_cents, payment_id),
    )
    db.execute("update order_lines set status = 'returned' where line_id = ?", (line_id,))
    if condition == "unopened" and reason != "defective":
        db.execute("update items set stock = stock + 1 where item_id = ?", (line["item_id"],))
    return {"line_id": line_id, "refunded_cents": refund_cents}


@writes("order_lines", "exchanges", "payment_methods", "items")
def exchange_line(
    db: Connection, line_id: Id, item_id: Id, condition: Condition, payment_id: Id
) -> Row:
    """Exchange one line of a delivered order for another option of the same product.

    Args:
        line_id: Line of the order.
        item_id: The new item.
        condition: Whether the old one was opened or used.
        payment_id: Where the difference is charged or refunded.
    """
    line = _delivered(db, line_id)
    item = one(db, "item", "select * from items where item_id = ?", item_id)
    if item["product_id"] != line["product_id"]:
        refuse(f"{item_id} is another product than {line['item_id']}")
    if item_id == line["item_id"]:
        refuse("that is the same item")
    if not item["stock"]:
        refuse(f"{item_id} is out of stock")
    difference = item["price_cents"] - line["price_cents"]
    _pay(db, line["customer_id"], payment_id, difference)
    key = f"EX{new_key(db, 'exchange')}"
    db.execute(
        "insert into exchanges values (?, ?, ?, ?, ?, ?)",
        (key, line_id, item_id, condition, difference, payment_id),
    )
    db.execute("update order_lines set status = 'exchanged' where line_id = ?", (line_id,))
    db.execute("update items set stock = stock - 1 where item_id = ?", (item_id,))
    return {"line_id": line_id, "item_id": item_id, "difference_cents": difference}


@writes("orders", "payment_methods", "items")
def cancel_order(
    db: Connection, order_id: Id, reason: Literal["no_longer_needed", "ordered_by_mistake"]
) -> Row:
    """Cancel a pending order and refund it to what it was paid with.

    Args:
        order_id: Order number.
        reason: What the customer says.
    """
    order = _pending(db, order_id)
    lines = _lines(db, order_id)
    total = sum(line["price_cents"] for line in lines)
    _pay(db, order["customer_id"], order["payment_id"], -total)
    for line in lines:
        db.execute("update items set stock = stock + 1 where item_id = ?", (line["item_id"],))
    db.execute(
        "update orders set status = 'cancelled', cancel_reason = ? where order_id = ?",
        (reason, order_id),
    )
    return {"order_id": order_id, "refunded_cents": total}


@writes("orders")
def change_address(db: Connection, order_id: Id, address: Annotated[str, Length(5, 160)]) -> Row:
    """Change where a pending order is sent.

    Args:
        order_id: Order number.
        address: Street and number, comma, town and ZIP code, as the customer says it.
    """
    _pending(db, order_id)
    db.execute("update orders set address = ? where order_id = ?", (address, order_id))
    return {"order_id": order_id, "address": address}


@writes("transfers")
def transfer_to_person(db: Connection, reason: Literal["large_refund", "lost_parcel"]) -> str:
    """Hand the customer over to a person, if the policy says so.

    Args:
        reason: Which case of the policy it is.
    """
    key = f"T{new_key(db, 'transfer')}"
    db.execute("insert into transfers values (?, ?)", (key, reason))
    return "A person takes over."


# -- what the tools share --------------------------------------------------------------------------


def _order(db: Connection, order_id: str) -> Row:
    return one(db, "order", "select * from orders where order_id = ?", order_id)


def _pending(db: Connection, order_id: str) -> Row:
    order = _order(db, order_id)
    if order["status"] != "pending":
        refuse(f"order {order_id} is {order['status']}")
    return order


def _lines(db: Connection, order_id: str) -> list[Row]:
    return rows(
        db,
        "select line_id, p.product_id, p.name as product, category, item_id, options, "
        "l.price_cents, final_sale, status from order_lines l join items using (item_id) "
        "join products p using (product_id) where order_id = ? order by line_id",
        order_id,
    )


def _delivered(db: Connection, line_id: str) -> Row:
    """A line that the customer has and still keeps."""
    line = one(
        db,
        "order line",
        "select l.*, product_id, customer_id, o.status as order_status from order_lines l "
        "join orders o using (order_id) join items using (item_id) where line_id = ?",
        line_id,
    )
    if line["order_status"] != "delivered":
        refuse(f"order {line['order_id']} is {line['order_status']}, not delivered")
    if line["status"] != "kept":
        refuse(f"line {line_id} was {line['status']} already")
    return line


def _pay(db: Connection, customer_id: str, payment_id: str, cents: int) -> None:
    """Charge a method of this customer; below zero, refund to it."""
    method = one(
        db,
        "payment method",
        "select kind, balance_cents from payment_methods where payment_id = ? and customer_id = ?",
        payment_id,
        customer_id,
    )
    if method["kind"] != "gift_card":
        return
    if method["balance_cents"] < cents:
        refuse(f"{payment_id} holds {method['balance_cents']} cents, needed are {cents}")
    db.execute(
        "update payment_methods set balance_cents = balance_cents - ? where payment_id = ?",
        (cents, payment_id),
    )
