"""What a customer understands when an agent guides it: words for each thing to do on the phone."""

from __future__ import annotations

from ...users import Gesture

_ON = "on|enable|enabled|activate|activated|connect|connected"
_OFF = "off|disable|disabled|deactivate|deactivated|disconnect|disconnected"
_SWITCHES = {
    "set_airplane_mode": ("airplane mode", "airplane mode|flight mode|aeroplane mode|airplane"),
    "set_mobile_data": ("mobile data", "mobile data|cellular data|data connection"),
    "set_data_saver": ("the data saver", "data saver|data saving|saver mode|data saver mode"),
    "set_roaming": ("roaming", "roaming|data roaming"),
    "set_vpn": ("the vpn", "vpn"),
}
_NETWORKS = {"5G": "5g|highest|fastest", "4G": "4g|lte", "2G": "2g"}
_SETTINGS = "settings|mobile data|data saver|roaming|vpn|apn|network mode|network type|access point"
_STATUS = "status bar|signal|bars|symbols|top of your screen|airplane mode|flight mode|service"
_SPEED = "speed test|speedtest|internet|connection|browse|online|website|working|works|faster"


def gestures(number: str) -> tuple[Gesture, ...]:
    """All that the customer with this number can do."""
    own = {"number": number}
    made = [
        Gesture(
            name, (thing, words), {**own, "on": on}, guide=f"turn {'on' if on else 'off'} {say}"
        )
        for name, (say, thing) in _SWITCHES.items()
        for on, words in ((True, _ON), (False, _OFF))
    ]
    made += [
        Gesture(
            "set_network_mode",
            ("network mode|network type|preferred network|network", words),
            {**own, "mode": mode},
            guide=f"set the network mode to {mode}",
        )
        for mode, words in _NETWORKS.items()
    ]
    apn = ("apn|access point|apn settings", "reset|restore|default|set|change")
    sim = ("sim|sim card", "reseat|remove|reinsert|re insert|take|put|insert")
    restart = ("restart|reboot|off and on|power",)
    pay = ("pay",)
    return (
        *made,
        Gesture("reset_apn", apn, own, guide="reset the APN"),
        Gesture("reseat_sim", sim, own, guide="take the SIM out and put it back"),
        Gesture("restart_phone", restart, own, guide="restart the phone"),
        Gesture("pay_bill", pay, own, guide="pay the bill for which a request has come"),
        Gesture("run_speed_test", (_SPEED,), own, True, "run a speed test"),
        Gesture("look_at_status_bar", (_STATUS,), own, True, "look at the status bar"),
        Gesture("look_at_sim", ("sim|sim card|puk",), own, True, "check the SIM"),
        Gesture("look_at_settings", (_SETTINGS,), own, True, "check the settings"),
    )
