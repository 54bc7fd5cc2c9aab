#!/usr/bin/python3
"""Netmiko, as Debian ships it, on a booted router over SSH: what network scripts do with it, from both privileges and under a long name."""
import os, pathlib, sys

sys.path.insert(0, os.path.dirname(__file__))
import routers, sshlab

routers.need(modules=("netmiko", "paramiko"))
import netmiko

NAME = "a-router-with-a-name-of-41-characters-0001"


def connect(router, user, password, kind="cisco_ios", **more):
    return netmiko.ConnectHandler(device_type=kind, host="127.0.0.1", port=router.port, username=user, password=password, secret="enable-me", timeout=60,
                                  auth_timeout=60, banner_timeout=60, **more)


def from_privilege_15(router):
    c = connect(router, "admin", "admin-secret")
    assert c.find_prompt() == NAME + "#", c.find_prompt()
    assert c.check_enable_mode() and not c.check_config_mode()
    brief = c.send_command("show ip interface brief")
    assert "Loopback0" in brief and "192.0.2.1" in brief and NAME not in brief, brief
    rows = c.send_command_timing("show ip interface brief | include Loopback0")
    assert rows.split()[:2] == ["Loopback0", "192.0.2.1"], rows

    said = c.send_config_set(["interface Loopback7", "description made by a script", "ip address 192.0.2.7 255.255.255.255", "logging buffered 65536", "no logging console"])
    assert "%" not in said, said
    running = c.send_command("show running-config")
    for line in ("interface Loopback7", " description made by a script", " ip address 192.0.2.7 255.255.255.255", "logging buffered 65536", "no logging console"):
        assert line in running.split("\n"), line
    assert running.rstrip().endswith("end")
    wrong = c.send_config_set(["interface Loopback7", "ip address 999.1.1.1 255.255.255.255"])
    assert "% Invalid input detected at '^' marker." in wrong, wrong
    assert "[OK]" in c.save_config()
    assert "description made by a script" in c.send_command("show startup-config")

    # a question in the middle of a command
    answered = c.send_command("copy running-config disk0:one.cfg", expect_string=r"Destination filename")
    answered += c.send_command("\n", expect_string=r"#", strip_prompt=False, strip_command=False)
    assert "bytes copied in" in answered, answered

    # a configuration of 300 lines, and an output of thousands
    lines = [f"ip route 198.51.{n // 64}.{n % 64 * 4} 255.255.255.252 Null0" for n in range(300)]
    c.send_config_set(lines)
    running = c.send_command("show running-config")
    assert [x for x in running.split("\n") if x.startswith("ip route 198.51.")] == lines
    c.disconnect()


def from_privilege_1(router):
    c = connect(router, "op", "op-secret")
    assert c.find_prompt() == NAME + ">"
    assert not c.check_enable_mode()
    assert "Invalid input" in c.send_command("show running-config")
    c.enable()
    assert c.check_enable_mode() and c.find_prompt() == NAME + "#"
    assert c.send_command("show privilege") == "Current privilege level is 15"
    c.exit_enable_mode()
    assert c.find_prompt() == NAME + ">"
    c.disconnect()


def wrong_password(router):
    try:
        connect(router, "admin", "not-it")
    except netmiko.NetMikoAuthenticationException:
        return
    raise AssertionError("a wrong password was let in")


def detect(router):
    guess = netmiko.SSHDetect(device_type="autodetect", host="127.0.0.1", port=router.port, username="admin", password="admin-secret", secret="enable-me")
    best = guess.autodetect()
    assert best in ("cisco_ios", "cisco_xe"), (best, guess.potential_matches)


def files(router, folder):
    c = connect(router, "admin", "admin-secret")
    path = pathlib.Path(folder, "put.txt")
    path.write_bytes(bytes(range(256)) * 1000)
    put = netmiko.file_transfer(c, source_file=str(path), dest_file="put.txt", file_system="disk0:", direction="put", overwrite_file=True)
    assert put == {"file_exists": True, "file_transferred": True, "file_verified": True}, put
    again = netmiko.file_transfer(c, source_file=str(path), dest_file="put.txt", file_system="disk0:", direction="put", overwrite_file=True)
    assert again["file_transferred"] is False and again["file_verified"] is True, again
    back = pathlib.Path(folder, "back.txt")
    got = netmiko.file_transfer(c, source_file="put.txt", dest_file=str(back), file_system="disk0:", direction="get", overwrite_file=True)
    assert got["file_verified"] is True and back.read_bytes() == path.read_bytes(), got
    c.disconnect()


def public_key(router):
    """A key of several lines through send_config_set, which waits for a prompt behind every line; then one that is none."""
    key = ("AAAAC3NzaC1lZDI1NTE5AAAAIFUpQFUPHanBmR5j4z", "E9RniiwtlHTlE/hwp88A7fUM4n")
    c = connect(router, "admin", "admin-secret")
    said = c.send_config_set(["ip ssh pubkey-chain", "username op", "key-string", *key, "exit"])
    cut = NAME[:20]
    for line in (cut + "(conf-ssh-pubkey-user)#key-string", cut + "(conf-ssh-pubkey-data)#" + key[0], cut + "(conf-ssh-pubkey-data)#" + key[1],
                 cut + "(conf-ssh-pubkey-data)#exit", cut + "(conf-ssh-pubkey-user)#end"):
        assert line in said.splitlines(), said
    assert "%" not in said and "  key-hash ssh-ed25519 " in c.send_command("show running-config | section pubkey"), said
    said = c.send_config_set(["ip ssh pubkey-chain", "username op", "key-string", "AAAAnokey", "exit"])
    assert "%SSH: Failed to decode the Key Value" in said, said
    c.disconnect()


def main():
    with routers.Folder() as folder, sshlab.SshRouter(folder, NAME, sshlab.CLIENTS, secret="enable-me") as router:
        from_privilege_15(router)
        from_privilege_1(router)
        wrong_password(router)
        detect(router)
        files(router, folder)
        public_key(router)


if __name__ == "__main__":
    main()
