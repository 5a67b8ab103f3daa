# An agent as a transient unit
systemd-run --user -p PrivateBPF=yes -p BPFDelegateCommands=BPFBtfLoad agent
