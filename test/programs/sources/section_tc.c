/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("tc", on_tc)
PROGRAM("classifier", on_classifier)
PROGRAM("action", on_action)
PROGRAM("tc/ingress", tc_ingress)
PROGRAM("tc/egress", tc_egress)
PROGRAM("tcx/ingress", tcx_ingress)
PROGRAM("tcx/egress", tcx_egress)
PROGRAM("netkit/primary", netkit_primary)
PROGRAM("netkit/peer", netkit_peer)
LICENSE("Dual BSD/GPL")
