/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("tp_btf/sched_switch", tp_btf)
PROGRAM("fentry/do_nanosleep", fentry)
PROGRAM("fexit/do_nanosleep", fexit)
PROGRAM("fmod_ret/bpf_modify_return_test", fmod_ret)
PROGRAM("fentry.s/__x64_sys_nanosleep", fentry_sleepable)
PROGRAM("fexit.s/__x64_sys_nanosleep", fexit_sleepable)
PROGRAM("fmod_ret.s/bpf_modify_return_test", fmod_ret_sleepable)
PROGRAM("fentry/nf_conntrack:nf_conntrack_in", fentry_of_module)
LICENSE("GPL")
