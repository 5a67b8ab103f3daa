const STARTER = `# A scenario: a kernel, who is there, and bpf() calls with the answers they must get.
# Editors that read JSON Schema help with it:
# yaml-language-server: $schema=node_modules/bpf-token-sim/schema/scenario.schema.json

# Which kernel answers. \`v11\` and \`v12\` are the designs reviewed in 2023; linux-6.9 and later are releases.
profile: linux-6.12

# /proc/sys/kernel/unprivileged_bpf_disabled: 0, 1 or 2.
unprivileged_bpf_disabled: 2

# User namespaces. \`init\` is always there. The owner is a global uid: from the parent, a task with it has every
# capability inside.
userns:
  container: { parent: init, owner: 1000 }

# bpffs instances, as a container manager mounts them: what they delegate is what their tokens allow.
bpffs:
  agent-fs:
    userns: container
    delegate_cmds: [map_create, prog_load, btf_load]
    delegate_maps: any
    delegate_progs: [xdp, cgroup_skb]
    # 0 is cgroup_inet_ingress: programs without an attach type need it too.
    delegate_attachs: [xdp, cgroup_inet_ingress, cgroup_inet_egress]

# Tasks, with global uids and the capabilities they have in their own user namespace.
tasks:
  agent: { userns: container, euid: 100000, caps: [CAP_BPF, CAP_NET_ADMIN] }
  web: { userns: container, euid: 100033 }

# Tokens. A root of the user namespace makes them, unless a creator is named.
tokens:
  agent-token: { bpffs: agent-fs }

requests:
  - name: with the token, the agent's own capabilities count
    task: agent
    token: agent-token
    cmd: prog_load
    prog_type: xdp
    expected_attach_type: xdp
    expect: { verdict: allowed, token: used }

  - name: without it, the same capabilities are asked in the initial user namespace, where the agent has none
    task: agent
    cmd: prog_load
    prog_type: xdp
    expected_attach_type: xdp
    expect: { verdict: EPERM, reason: cap_bpf_missing_unpriv_disabled }

  - name: a type that is not delegated drops the token without a word
    task: agent
    token: agent-token
    cmd: prog_load
    prog_type: kprobe
    expect: { verdict: EPERM, token: dropped_type }

  - name: a token is no capability
    task: web
    token: agent-token
    cmd: map_create
    map_type: ringbuf
    expect: EPERM
`;

/** A commented scenario to start from. It parses, and its expectations hold. */
export function starterScenario(): string {
  return STARTER;
}
