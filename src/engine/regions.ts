import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import * as L from '../abi/memory_layout.js';
import { MAX_DOMAINS } from '../kernel/selinux.js';
import { MAX_IDS } from '../kernel/world.js';

const PAGE_BYTES = 65_536;
/** Rows that an id column can name, NO_ID among them: any of them may be read. */
const ID_ROWS = 0x1_0000;

/** A part of the memory that holds one table or the workspaces. Addresses and sizes are in bytes. */
export interface Region {
  readonly name: string;
  readonly start: number;
  /** The first byte past it. */
  readonly end: number;
  /** What the largest world within the documented limits needs. */
  readonly needs: number;
}

/** The regions of a memory that holds a world, in order. */
export const REGIONS = {
  header: {
    name: 'header',
    start: L.WORLD_TASK_COUNT,
    end: L.WORLD_CMDS,
    needs: L.WORLD_PROGRAM_COUNT + 4 - L.WORLD_TASK_COUNT,
  },
  kernel: {
    name: 'kernel tables',
    start: L.WORLD_CMDS,
    end: L.WORLD_SELINUX_PAIRS,
    needs: L.WORLD_KERNEL_END - L.WORLD_CMDS,
  },
  selinux: {
    name: 'pairs of SELinux domains',
    start: L.WORLD_SELINUX_PAIRS,
    end: L.WORLD_TASKS,
    needs: MAX_DOMAINS * MAX_DOMAINS * L.SELINUX_PAIR_SIZE,
  },
  tasks: { name: 'tasks', start: L.WORLD_TASKS, end: L.WORLD_PROGRAMS, needs: ID_ROWS * L.TASK_SIZE },
  programs: {
    name: 'programs',
    start: L.WORLD_PROGRAMS,
    end: L.WORLD_TOKENS,
    needs: L.MAX_PROGRAMS * L.PROGRAM_SIZE,
  },
  tokens: { name: 'tokens', start: L.WORLD_TOKENS, end: L.WORLD_USERNS, needs: ID_ROWS * L.TOKEN_SIZE },
  userns: {
    name: 'user namespaces',
    start: L.WORLD_USERNS,
    end: L.WORKSPACES_START,
    needs: MAX_IDS * (USERNS_MAX_LEVEL + 1) * L.USERNS_LEVEL_SIZE,
  },
  workspaces: {
    name: 'workspaces',
    start: L.WORKSPACES_START,
    end: L.MEMORY_PAGES * PAGE_BYTES,
    needs: L.MAX_WORKSPACES * L.WORKSPACE_SIZE,
  },
} as const satisfies Readonly<Record<string, Region>>;

const CLASSES_OF_CAPS = (L.CAPS_ALL + 1) * L.REQUIREMENT_CLASSES;
const SETS_OF_CAPS = 8 * (L.CAPS_ALL + 1);

/** The tables of the kernel, in order. */
export const KERNEL_REGIONS: readonly Region[] = [
  table('commands', L.WORLD_CMDS, L.WORLD_DROP_REASONS, L.TYPE_ROWS * L.CMD_SIZE),
  table('drop reasons', L.WORLD_DROP_REASONS, L.WORLD_OUTCOMES, 16),
  table('outcomes', L.WORLD_OUTCOMES, L.WORLD_REQUIREMENTS, L.OUTCOMES_OF_UNPRIV_DISABLED + L.CAPS_ALL + 1),
  table('requirements', L.WORLD_REQUIREMENTS, L.WORLD_OUTCOMES_IF_CAPABLE, L.REQ_ROWS * L.REQ_SIZE),
  table('outcomes if capable', L.WORLD_OUTCOMES_IF_CAPABLE, L.WORLD_REQUIREMENT_COLUMNS, L.TYPE_ROWS * L.TYPE_ROWS),
  table(
    'requirement columns',
    L.WORLD_REQUIREMENT_COLUMNS,
    L.WORLD_PERMISSIONS,
    L.COLUMN_FLAGS + L.COLUMN_ROWS - L.WORLD_REQUIREMENT_COLUMNS,
  ),
  table(
    'permission sets',
    L.WORLD_PERMISSIONS,
    L.WORLD_REQUIREMENT_CLASSES,
    L.PERMISSION_TYPES + 4 - L.WORLD_PERMISSIONS,
  ),
  table('map types of a permission set', L.PERMISSION_MAPS, L.PERMISSION_PROGS, SETS_OF_CAPS),
  table('program types of a permission set', L.PERMISSION_PROGS, L.PERMISSION_CMDS, SETS_OF_CAPS),
  table('commands of a permission set', L.PERMISSION_CMDS, L.PERMISSION_FITS, SETS_OF_CAPS),
  table('attach types that fit', L.PERMISSION_FITS, L.PERMISSION_EFFECTIVE_ATTACH_TYPE, 8 * L.TYPE_ROWS),
  table('what attach type 0 means', L.PERMISSION_EFFECTIVE_ATTACH_TYPE, L.PERMISSION_REFUSING, 8 * L.TYPE_ROWS),
  table('requirement classes', L.WORLD_REQUIREMENT_CLASSES, L.WORLD_CLASS_COLUMNS, L.REQ_ROWS),
  table(
    'class columns',
    L.WORLD_CLASS_COLUMNS,
    L.WORLD_CLASS_OUTCOMES,
    L.CLASS_EFFECTIVE_ATTACH_TYPE + L.REQUIREMENT_CLASSES - L.WORLD_CLASS_COLUMNS,
  ),
  table('class outcomes', L.WORLD_CLASS_OUTCOMES, L.WORLD_KERNEL_END, CLASSES_OF_CAPS),
];

/** The parts of a workspace, in order: addresses from its start on. */
export const WORKSPACE_REGIONS: readonly Region[] = [
  column('task', L.WORKSPACE_TASK, L.WORKSPACE_TOKEN, 2),
  column('token', L.WORKSPACE_TOKEN, L.WORKSPACE_CMD, 2),
  column('cmd', L.WORKSPACE_CMD, L.WORKSPACE_TYPE, 1),
  column('type', L.WORKSPACE_TYPE, L.WORKSPACE_ATTACH_TYPE, 1),
  column('attachType', L.WORKSPACE_ATTACH_TYPE, L.WORKSPACE_INSN_CNT, 1),
  column('insnCnt', L.WORKSPACE_INSN_CNT, L.WORKSPACE_PRE, 4),
  column('pre', L.WORKSPACE_PRE, L.WORKSPACE_OUT, 1),
  column('out', L.WORKSPACE_OUT, L.WORKSPACE_SCRATCH, 1),
  table('scratch', L.WORKSPACE_SCRATCH, L.WORKSPACE_ROWS_AT, L.SCRATCH_END),
  table('addresses of columns', L.WORKSPACE_ROWS_AT, L.WORKSPACE_PROGRAM, L.ROWS_AT_SIZE),
  column('program', L.WORKSPACE_PROGRAM, L.WORKSPACE_WITHHELD, 2),
  column('withheld', L.WORKSPACE_WITHHELD, L.WORKSPACE_SIZE, 1),
];

function table(name: string, start: number, end: number, needs: number): Region {
  return { name, start, end, needs };
}

/** A column of a workspace: its rows, and the bytes that a batch reads and writes past them. */
function column(name: string, start: number, end: number, bytes: number): Region {
  return table(`column ${name}`, start, end, bytes * L.WORKSPACE_ROWS + L.PAST_ROWS);
}

/**
 * The defects of the layout, one sentence each: a region that is smaller than the documented limits need or that is not
 * aligned. Empty for a correct layout. The build runs it.
 */
export function layoutFaults(regions: readonly Region[]): string[] {
  return regions.flatMap(({ name, start, end, needs }) => [
    ...(end - start < needs
      ? [`region ${name} has ${end - start} bytes from ${start} on; the documented limits need ${needs}`]
      : []),
    ...(start % 4 === 0 ? [] : [`region ${name} starts at ${start}, which is not a multiple of 4`]),
  ]);
}

/** A view of one region: an access outside of it throws a RangeError. Addresses are those of the memory. */
export class RegionView {
  readonly #view: DataView;
  readonly #start: number;

  constructor(buffer: ArrayBufferLike, { start, end }: Region) {
    this.#view = new DataView(buffer, start, end - start);
    this.#start = start;
  }

  setUint8(address: number, value: number): void {
    this.#view.setUint8(address - this.#start, value);
  }

  setUint16(address: number, value: number): void {
    this.#view.setUint16(address - this.#start, value, true);
  }

  setUint32(address: number, value: number): void {
    this.#view.setUint32(address - this.#start, value, true);
  }

  setBigUint64(address: number, value: bigint): void {
    this.#view.setBigUint64(address - this.#start, value, true);
  }

  getUint16(address: number): number {
    return this.#view.getUint16(address - this.#start, true);
  }
}

/** The regions that a world's tables are written to. */
export class WorldTables {
  readonly buffer: ArrayBufferLike;
  readonly header: RegionView;
  readonly selinux: RegionView;
  readonly tasks: RegionView;
  readonly tokens: RegionView;
  readonly userns: RegionView;
  readonly programs: RegionView;

  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
    this.header = new RegionView(buffer, REGIONS.header);
    this.selinux = new RegionView(buffer, REGIONS.selinux);
    this.tasks = new RegionView(buffer, REGIONS.tasks);
    this.tokens = new RegionView(buffer, REGIONS.tokens);
    this.userns = new RegionView(buffer, REGIONS.userns);
    this.programs = new RegionView(buffer, REGIONS.programs);
  }

  /** Replaces the tables of the kernel. */
  setKernel(tables: Uint8Array): void {
    const { start, needs } = REGIONS.kernel;
    new Uint8Array(this.buffer, start, needs).set(tables);
  }
}
