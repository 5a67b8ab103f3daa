/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("cgroup/bind4", bind4)
PROGRAM("cgroup/bind6", bind6)
PROGRAM("cgroup/connect4", connect4)
PROGRAM("cgroup/connect6", connect6)
PROGRAM("cgroup/sendmsg4", sendmsg4)
PROGRAM("cgroup/sendmsg6", sendmsg6)
PROGRAM("cgroup/recvmsg4", recvmsg4)
PROGRAM("cgroup/recvmsg6", recvmsg6)
PROGRAM("cgroup/getpeername4", getpeername4)
PROGRAM("cgroup/getpeername6", getpeername6)
PROGRAM("cgroup/getsockname4", getsockname4)
PROGRAM("cgroup/getsockname6", getsockname6)
LICENSE("GPL")
