"""The customer's tools: what can be seen and done on the phone itself (dual control).

The agent cannot call any of these: it asks, and the customer does it on the own phone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from ....core import Length
from ..toolkit import Connection, Row, one, refuse, rows, user_reads, user_writes

Number = Annotated[str, Length(5, 20)]
APN = "tern.internet"


@user_reads
def look_at_status_bar(db: Connection, number: Number) -> str:
    """Look at the symbols at the top of the screen.

    Args:
        number: The customer's own number.
    """
    phone = _phone(db, number)
    if phone["airplane_mode"]:
        return "The status bar shows an airplane and nothing else."
    if phone["sim"] != "ok":
        return "The status bar shows a crossed-out SIM and no bars."
    if not _service(db, phone):
        return "The status bar shows no bars: no service."
    data = phone["network"] if phone["mobile_data"] else "no data symbol"
    return f"The status bar shows full bars and {data}."


@user_reads
def look_at_settings(db: Connection, number: Number) -> str:
    """Open the settings of the connection and read them.

    Args:
        number: The customer's own number.
    """
    phone = _phone(db, number)
    shown = [
        f"{name.replace('_', ' ')} {'on' if phone[name] else 'off'}"
        for name in ("airplane_mode", "mobile_data", "data_saver", "roaming", "vpn")
    ]
    return (
        f"The settings say: {', '.join(shown)}, network mode {phone['network']}, "
        f"APN {phone['apn']}."
    )


@user_reads
def look_at_sim(db: Connection, number: Number) -> str:
    """See what the phone says of the SIM.

    Args:
        number: The customer's own number.
    """
    says = {
        "ok": "The phone says that the SIM is ready.",
        "loose": "The phone says that no SIM is recognised.",
        "locked": "The phone asks for a PUK to unlock the SIM.",
    }
    return says[_phone(db, number)["sim"]]


@user_reads
def run_speed_test(db: Connection, number: Number) -> str:
    """Run a speed test.

    Args:
        number: The customer's own number.
    """
    phone = _phone(db, number)
    if not _service(db, phone) or not _data(db, phone):
        return "The speed test says: no connection."
    slow = phone["network"] == "2G" or phone["data_saver"] or phone["vpn"]
    return f"The speed test says: {'slow' if slow else 'good'}."


@user_writes("phones")
def set_airplane_mode(db: Connection, number: Number, on: bool) -> str:
    """Turn airplane mode on or off.

    Args:
        number: The customer's own number.
        on: Whether it is on afterwards.
    """
    return _set(db, number, "airplane_mode", on)


@user_writes("phones")
def set_mobile_data(db: Connection, number: Number, on: bool) -> str:
    """Turn mobile data on or off.

    Args:
        number: The customer's own number.
        on: Whether it is on afterwards.
    """
    return _set(db, number, "mobile_data", on)


@user_writes("phones")
def set_data_saver(db: Connection, number: Number, on: bool) -> str:
    """Turn the data saver on or off.

    Args:
        number: The customer's own number.
        on: Whether it is on afterwards.
    """
    return _set(db, number, "data_saver", on)


@user_writes("phones")
def set_roaming(db: Connection, number: Number, on: bool) -> str:
    """Turn roaming on or off in the phone.

    Args:
        number: The customer's own number.
        on: Whether it is on afterwards.
    """
    return _set(db, number, "roaming", on)


@user_writes("phones")
def set_vpn(db: Connection, number: Number, on: bool) -> str:
    """Connect or disconnect the VPN.

    Args:
        number: The customer's own number.
        on: Whether it is connected afterwards.
    """
    return _set(db, number, "vpn", on)


@user_writes("phones")
def set_network_mode(db: Connection, number: Number, mode: Literal["5G", "4G", "2G"]) -> str:
    """Choose the network mode.

    Args:
        number: The customer's own number.
        mode: The preferred network.
    """
    _phone(db, number)
    db.execute("update phones set network = ? where number = ?", (mode, number))
    return f"The network mode is {mode} now."


@user_writes("phones")
def reset_apn(db: Connection, number: Number) -> str:
    """Reset the access point (APN); it is used after the next restart.

    Args:
        number: The customer's own number.
    """
    _phone(db, number)
    db.execute("update phones set apn = ?, restart_due = 1 where number = ?", (APN, number))
    return f"The APN is {APN} now, and the phone wants to be restarted."


@user_writes("phones")
def reseat_sim(db: Connection, number: Number) -> str:
    """Take the SIM out and put it back.

    Args:
        number: The customer's own number.
    """
    phone = _phone(db, number)
    if phone["sim"] == "locked":
        return "The SIM is back in, and the phone still asks for a PUK."
    db.execute("update phones set sim = 'ok' where number = ?", (number,))
    return "The SIM is back in, and the phone says that it is ready."


@user_writes("phones")
def restart_phone(db: Connection, number: Number) -> str:
    """Switch the phone off and on.

    Args:
        number: The customer's own number.
    """
    _phone(db, number)
    db.execute("update phones set restart_due = 0 where number = ?", (number,))
    return "The phone has restarted."


@user_writes("bills")
def pay_bill(db: Connection, number: Number) -> str:
    """Pay the bill for which a request has come.

    Args:
        number: The customer's own number.
    """
    sql = "select bill_id from bills where number = ? and status = 'requested'"
    found = rows(db, sql, number)
    if not found:
        refuse("there is no request for a payment on the phone")
    bill = found[0]["bill_id"]
    db.execute("update bills set status = 'paid' where bill_id = ?", (bill,))
    return f"Bill {bill} is paid."


# -- how a phone works -----------------------------------------------------------------------------


def _phone(db: Connection, number: str) -> Row:
    return one(db, "phone", "select * from phones where number = ?", number)


def _set(db: Connection, number: str, column: str, on: bool) -> str:
    _phone(db, number)
    db.execute(f"update phones set {column} = ? where number = ?", (int(on), number))
    return f"It says {column.replace('_', ' ')} {'on' if on else 'off'} now."


def _service(db: Connection, phone: Row) -> bool:
    """Whether the phone is in the network."""
    line = one(db, "line", "select * from lines where number = ?", phone["number"])
    reached = line["status"] == "active" and phone["sim"] == "ok" and not phone["airplane_mode"]
    return reached and bool(line["roaming"] or not phone["abroad"])


def _data(db: Connection, phone: Row) -> bool:
    """Whether data flow on a phone that is in the network."""
    left = one(
        db,
        "line",
        "select (data_gb + extra_gb) * 1024 - used_mb as mb from lines join plans using (plan_id) "
        "where number = ?",
        phone["number"],
    )["mb"]
    ready = phone["mobile_data"] and phone["apn"] == APN and not phone["restart_due"]
    return bool(ready and left > 0 and (phone["roaming"] or not phone["abroad"]))
