/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct skb {
	u32 before_data[19];
	u32 data, data_end;
	u32 between[17];
	u64 tstamp;
};

/* Reading where the packet is needs CAP_BPF in this type. */
SEC("cgroup_skb/ingress") int reads_packet(struct skb *skb)
{
	u8 *data = (u8 *)(long)skb->data, *end = (u8 *)(long)skb->data_end;

	if (data + 20 > end)
		return 1;
	return data[9] != 17;
}

/* So does writing the time stamp. */
SEC("cgroup_skb/egress") int writes_time(struct skb *skb)
{
	skb->tstamp = 1;
	return 1;
}

SEC("cgroup/skb") int counts(struct skb *skb)
{
	return skb->before_data[0] > 100;
}
LICENSE("GPL")
