import * as L from '../../abi/memory_layout.js';

/** Tables of a kernel are bytes from L.WORLD_CMDS to L.WORLD_KERNEL_END: an address in them is that of the memory less FIRST. */
export const FIRST = L.WORLD_CMDS;
/** Bytes of all tables of a kernel. */
export const SIZE = L.WORLD_KERNEL_END - FIRST;
