import type { LibertyName } from '../kernel/verifier/liberties.js';

// What a compiled BPF object holds, whatever loads it. A loader's rules (section name to program type) are apart: section_rules.ts.
// Numbers of types, flags and helpers are those of the kernel's interface (include/uapi/linux/bpf.h).

/** The order of bytes in an object; `big` for targets such as bpfeb on s390x. */
export type ByteOrder = 'little' | 'big';

/** A BPF object: an ELF64 file of machine EM_BPF (or 0). */
export interface BpfObject {
  readonly byteOrder: ByteOrder;
  /** Where its ELF header is in the bytes that were read: 0, or its offset in the executable that carries it. In bytes. */
  readonly offset: number;
  /** Bytes from its ELF header to the end of its last part. */
  readonly size: number;
  /** The text of section `license`; undefined where there is none, which libbpf sends as the empty text. */
  readonly license: string | undefined;
  /** Whether the kernel takes that licence for compatible with the GPL: license_is_gpl_compatible(). */
  readonly isGpl: boolean;
  /** In the order of libbpf: by section of the file, then by symbol. Functions that only others call are not among them. */
  readonly programs: readonly ObjectProgram[];
  /** BTF-defined and legacy maps, data sections, struct_ops, in the order in which libbpf makes them. */
  readonly maps: readonly ObjectMap[];
  /** Symbols that the kernel or its configuration has to provide. */
  readonly externs: readonly ObjectExtern[];
  /** Undefined where the object has no section .BTF. */
  readonly btf: BtfFacts | undefined;
  /**
   * Whether loading it reads the BTF of the running kernel: for a relocation (CO-RE), a program that attaches by BTF, a typed extern
   * or struct_ops. Source: obj_needs_vmlinux_btf() of libbpf.
   */
  readonly needsKernelBtf: boolean;
  /** Kernel modules that sections name: `nf_conntrack` of `fentry/nf_conntrack:nf_ct_get_tuple`. Each once. */
  readonly modules: readonly string[];
}

/** A program with what it needs, the functions that are linked to it included. */
export interface ObjectProgram {
  /** Of its symbol. */
  readonly name: string;
  /** As the file has it, with a leading `?`. */
  readonly section: string;
  /** False where the section begins with `?`: libbpf leaves it out unless it is asked for. */
  readonly isAutoloaded: boolean;
  /** What follows the first `/` of the section: `do_unlinkat` of `kprobe/do_unlinkat`. Undefined without one. */
  readonly attachTarget: string | undefined;
  /** Whether the section says that it sleeps, by the rules of the newest libbpf: `lsm.s/…`, `syscall`. */
  readonly isSleepable: boolean;
  /** Instructions of 8 bytes that PROG_LOAD is given (insn_cnt): its own and those of functions linked to it. */
  readonly instructionCount: number;
  /** Functions that it calls or passes as callbacks, directly or not, by name, in the order in which they are found. */
  readonly functions: readonly string[];
  /** Calls of helpers, in the order of instructions: its own, then those of its functions. */
  readonly helperCalls: readonly HelperCall[];
  /** Calls of kernel functions, in the same order. */
  readonly kfuncCalls: readonly KfuncCall[];
  /** Names of maps that its instructions refer to, each once. */
  readonly maps: readonly string[];
  /** Names of variables of the kernel or of its configuration that it refers to, each once. */
  readonly externs: readonly string[];
  /** Whether a function of the object calls another (BPF_PSEUDO_CALL). */
  readonly callsFunctions: boolean;
  /** Whether it takes the address of a function, for a helper that calls it back (BPF_PSEUDO_FUNC). */
  readonly passesCallbacks: boolean;
  /** Whether a jump leads back, to its own instruction or an earlier one of the same function. */
  readonly hasBackEdges: boolean;
  /** Whether it refers to a map of type arena or casts addresses of one. */
  readonly usesArena: boolean;
  /** Whether it jumps by a table of addresses, of which libbpf 1.7 makes a map of type insn_array. */
  readonly usesJumpTables: boolean;
  /** Relocations against types of the running kernel (CO-RE) in it and its functions. */
  readonly coreRelocationCount: number;
  /**
   * What the verifier has to grant for it, as far as instructions alone show: `many_instructions`, `function_calls`, `callbacks`,
   * `kfunc_calls`, `may_goto`, `loops`, `iterators`, `arena`, `packet_pointers`, `packet_time`. Others need the verifier itself.
   */
  readonly liberties: readonly LibertyName[];
}

/** A place in the instructions of a program. */
export interface InstructionPlace {
  /** The program or function that has it. */
  readonly function: string;
  /** Instructions of 8 bytes before it in that function. */
  readonly instruction: number;
}

/** A call of a helper. */
export interface HelperCall extends InstructionPlace {
  /** enum bpf_func_id. */
  readonly id: number;
  /** Without `bpf_`: `map_lookup_elem`; the number where it is not known. */
  readonly name: string;
}

/** A call of a kernel function (kfunc). */
export interface KfuncCall extends InstructionPlace {
  readonly name: string;
  /** Whether the program loads without it. */
  readonly isWeak: boolean;
}

/** A symbol that the object does not define. */
export interface ObjectExtern {
  readonly name: string;
  /** A kernel function; a variable of the kernel; a value of the kernel's configuration (`CONFIG_HZ`, `LINUX_KERNEL_VERSION`). */
  readonly kind: 'kfunc' | 'ksym' | 'kconfig';
  readonly isWeak: boolean;
  /** Whether it has a type that the kernel's BTF is asked for; a ksym without one is looked up in /proc/kallsyms. */
  readonly isTyped: boolean;
}

/**
 * How a map is defined: a struct in `.maps` (`btf`), a struct bpf_map_def in `maps` (`legacy`, which libbpf 1.0 and later refuse), a
 * section of data (`data`), or an operations structure (`struct_ops`).
 */
export type MapDefinition = 'btf' | 'legacy' | 'data' | 'struct_ops';

/** A map as the object defines it; the loader may change it before MAP_CREATE. */
export interface ObjectMap {
  /** Of its symbol; of a data section the section: `.rodata.str1.1`. libbpf puts the object's name before that. */
  readonly name: string;
  readonly definition: MapDefinition;
  /** `.maps`, `maps`, `.bss`, `.data.custom`, `.kconfig`, `.struct_ops.link`. */
  readonly section: string;
  /** enum bpf_map_type. */
  readonly type: number;
  /** In bytes. */
  readonly keySize: number;
  /** In bytes; of struct_ops the size of the structure in the object, which the kernel's replaces. */
  readonly valueSize: number;
  /** 0 where the loader or the application sets it: of perf_event_array libbpf makes it the number of CPUs. */
  readonly maxEntries: number;
  /** map_flags. Of data sections those that libbpf sends: BPF_F_RDONLY_PROG, BPF_F_MMAPABLE. */
  readonly flags: number;
  /** numa_node; undefined where the definition has none. */
  readonly numaNode: number | undefined;
  /** map_extra: the hash functions of a Bloom filter, the address of an arena. */
  readonly extra: bigint;
  /** enum libbpf_pin_type: 0 none, 1 by name. */
  readonly pinning: number;
  /** What a map of maps holds; undefined where the object does not say. */
  readonly inner: InnerMap | undefined;
  /** Whether the definition gives types of keys or values: the loader passes them with the object's BTF. */
  readonly hasBtfTypes: boolean;
  /** Why the map cannot be made without loading the BTF of the object, each once; empty where it can. */
  readonly btfNeeds: readonly MapBtfNeed[];
  /** Names of the maps or programs that it is filled with when it is loaded: `values` of a definition. */
  readonly initialSlots: readonly InitialSlot[];
  /** Of definition `struct_ops`. */
  readonly structOps: StructOps | undefined;
  /** False where libbpf makes it only when asked: an optional struct_ops map (`?.struct_ops`). */
  readonly isAutocreated: boolean;
}

/** What the values of a map of maps are, with the fields of ObjectMap. */
export type InnerMap = Pick<
  ObjectMap,
  'type' | 'keySize' | 'valueSize' | 'maxEntries' | 'flags' | 'numaNode' | 'extra' | 'hasBtfTypes' | 'btfNeeds'
>;

/**
 * Why a map needs the BTF of its object in the kernel: a type that only BTF can describe (`local_storage`: socket, task, inode and
 * cgroup storage; `struct_ops`), or a field of its values that the kernel finds by BTF. Source: btf_parse_fields(), bpf_local_storage_map_alloc_check().
 */
export type MapBtfNeed =
  | 'local_storage'
  | 'struct_ops'
  | 'spin_lock'
  | 'res_spin_lock'
  | 'timer'
  | 'wq'
  | 'task_work'
  | 'kptr'
  | 'percpu_kptr'
  | 'uptr'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'refcount';

/** A slot of a map of maps or of programs that is filled when the object is loaded. */
export interface InitialSlot {
  readonly index: number;
  /** The map or program in it. */
  readonly name: string;
}

/** An operations structure whose members are programs. */
export interface StructOps {
  /** The kernel's structure: `tcp_congestion_ops`. */
  readonly type: string;
  /** Whether it is attached by a link: section `.struct_ops.link`. */
  readonly isLink: boolean;
  /** Its members that are programs, by index in the object's structure; the kernel's own index may differ. */
  readonly programs: readonly StructOpsProgram[];
}

export interface StructOpsProgram {
  readonly member: string;
  readonly memberIndex: number;
  readonly program: string;
}

/** Kinds of BTF types by number: BTF_KIND_* of include/uapi/linux/btf.h. */
export const BTF_KINDS = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const;
export type BtfKind = (typeof BTF_KINDS)[number];

/** What decides how a loader loads the BTF of an object, and what it probes for. */
export interface BtfFacts {
  /** Types without void. */
  readonly typeCount: number;
  /** The kinds that occur, in the order of their numbers. */
  readonly kinds: readonly BtfKind[];
  /** Whether a function is global: linkage of BTF_KIND_FUNC. */
  readonly hasGlobalFunctions: boolean;
  /** Sections of data that BTF describes. */
  readonly datasecs: readonly BtfDatasec[];
  /** Texts of declaration tags, each once: `arg:ctx` makes libbpf probe for it. */
  readonly declTags: readonly string[];
  /** Texts of type tags, each once: `kptr`, `user`. */
  readonly typeTags: readonly string[];
  /** Whether .BTF.ext has records of each sort; false without .BTF.ext. */
  readonly hasFuncInfo: boolean;
  readonly hasLineInfo: boolean;
  readonly hasCoreRelocations: boolean;
}

/** A section of data as BTF describes it. */
export interface BtfDatasec {
  readonly name: string;
  readonly variableCount: number;
}
