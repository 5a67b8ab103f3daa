/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("cgroup/connect_unix", connect_unix)
PROGRAM("cgroup/sendmsg_unix", sendmsg_unix)
PROGRAM("cgroup/recvmsg_unix", recvmsg_unix)
PROGRAM("cgroup/getpeername_unix", getpeername_unix)
PROGRAM("cgroup/getsockname_unix", getsockname_unix)
LICENSE("GPL")
