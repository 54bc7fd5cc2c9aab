#!/usr/bin/python3
"""The cisco.ios collection of Ansible, as Debian ships it, on a booted router over SSH: facts, commands, configuration twice, ping, users, resource modules.
Its persistent connections live in a folder of this test and end with it."""
import os, pathlib, subprocess, sys

sys.path.insert(0, os.path.dirname(__file__))
import routers, sshlab

routers.need("ansible-playbook", "ssh-keygen", modules=("paramiko",))
HERE = pathlib.Path(__file__).resolve().parent


def main():
    with routers.Folder() as folder, sshlab.SshRouter(folder, "clients", sshlab.CLIENTS, secret="enable-me") as router:
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", f"{folder}/key"], check=True)
        pathlib.Path(folder, "inventory").write_text(
            f"[routers]\nr ansible_host=127.0.0.1 ansible_port={router.port} ansible_user=admin ansible_password=admin-secret "
            "ansible_connection=ansible.netcommon.network_cli ansible_network_os=cisco.ios.ios ansible_become=yes ansible_become_method=enable "
            f"ansible_become_password=enable-me backup_dir={folder}\n")
        env = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8", "ANSIBLE_LOCAL_TEMP": f"{folder}/tmp", "ANSIBLE_HOST_KEY_CHECKING": "False",
               "ANSIBLE_PERSISTENT_CONTROL_PATH_DIR": f"{folder}/pc", "ANSIBLE_PERSISTENT_CONNECT_TIMEOUT": "60", "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": "60",
               "ANSIBLE_NETWORK_CLI_SSH_TYPE": "paramiko", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "False"}
        public = pathlib.Path(folder, "key.pub").read_text().strip()
        done = subprocess.run(["ansible-playbook", "-i", f"{folder}/inventory", "-e", f'public_key="{public}"', *sys.argv[1:], str(HERE / "ansible" / "site.yml")],
                              env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=560)
        print(done.stdout)
        assert done.returncode == 0, "the playbook failed"
        assert " failed=0 " in done.stdout and " unreachable=0 " in done.stdout
        backup = pathlib.Path(folder, "clients.cfg").read_text()
        assert "username admin privilege 15 secret 9 $9$" in backup and backup.rstrip().endswith("end")


if __name__ == "__main__":
    main()
