"""Nodes of Qdrant on this machine, alone or as a cluster, each in its own folder."""

import json
import random
import socket
import time

from . import server


def port():
    """A port that nothing listens on and that the system does not give to outgoing connections.
    Otherwise another program might have it when a server starts again, and a client that connects to
    a dead server might even be connected with itself."""
    while True:
        with socket.socket() as probe:
            try:
                number = random.randrange(20_000, 32_000)
                probe.bind(("127.0.0.1", number))
                return number
            except OSError:
                pass


class Node(server.Server):
    """A node. `first` is the node whose cluster it joins; without it, it starts one."""

    def __init__(self, binary, folder, clustered=False, first=None):
        folder.mkdir()
        self.folder, self.http, self.grpc, self.peer = folder, port(), port(), port()
        config = {
            "storage": {"storage_path": f"{folder}/storage", "snapshots_path": f"{folder}/snapshots"},
            "service": {"host": "127.0.0.1", "http_port": self.http, "grpc_port": self.grpc},
            "cluster": {"enabled": clustered, "p2p": {"port": self.peer}},
            # Errors, because the others warn of each message that a dead node does not get.
            "log_level": "ERROR",
        }
        # JSON is YAML too.
        (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
        self.start_command = [binary, "--config-path", folder / "config.yaml"]
        if clustered:
            self.start_command += ["--uri", f"http://127.0.0.1:{self.peer}"]
        if first:
            self.start_command += ["--bootstrap", f"http://127.0.0.1:{first.peer}"]
        self.start()

    def start(self):
        """Starts it, or starts it again after it was killed."""
        variables = {"QDRANT__TELEMETRY_DISABLED": "true"}
        # It leaves files in the current folder.
        super().__init__(self.start_command, "/readyz", variables, patience=120, port=self.http, cwd=self.folder)

    @property
    def url(self):
        """The address of its gRPC interface."""
        return f"http://127.0.0.1:{self.grpc}"

    def state(self):
        """What it knows about the cluster."""
        return self.json("/cluster")["result"]

    def replicas(self, collection):
        """The numbers of the shards that it has, and the states of all replicas in the cluster."""
        found = self.json(f"/collections/{collection}/cluster")["result"]
        shards = [one["shard_id"] for one in found["local_shards"]]
        return shards, [one["state"] for one in found["local_shards"] + found["remote_shards"]]


def cluster(binary, folder, count, closing):
    """A cluster of so many nodes, all of which know each other; `closing` will close them."""
    nodes = []
    for at in range(count):
        node = Node(binary, folder / f"node-{at + 1}", clustered=True, first=nodes[0] if nodes else None)
        nodes.append(closing.enter_context(node))
    joined = lambda state: len(state["peers"]) == count and state["raft_info"]["leader"]
    wait_until(lambda: all(joined(node.state()) for node in nodes), "all nodes are peers")
    return nodes


def wait_until(holds, what, seconds=60):
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"after {seconds} s it is still not true that {what}")
        time.sleep(0.1)
