import { DECIDE_WASM_BASE64 } from './decide.generated.js';

/** What assembly/index.ts exports. Addresses are byte offsets into the memory the module was given. */
export interface DecideExports {
  /** The first byte the module leaves free. */
  heapBase(): number;
  decide(
    world: number,
    task: number,
    token: number,
    cmd: number,
    type: number,
    attach: number,
    insnCnt: number,
    pre: number,
  ): number;
  decideBatch(
    world: number,
    scratch: number,
    rows: number,
    task: number,
    token: number,
    cmd: number,
    type: number,
    attach: number,
    insnCnt: number,
    pre: number,
    out: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** The hot path's module, compiled once. */
function decideModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(DECIDE_WASM_BASE64), (c) => c.charCodeAt(0)));
  return compiled;
}

/** An instance over a memory of its caller's. */
export function instantiate(memory: WebAssembly.Memory): DecideExports {
  const imports = { env: { memory, abort } };
  return new WebAssembly.Instance(decideModule(), imports).exports as unknown as DecideExports;
}

function abort(): never {
  throw new Error('the hot path aborted');
}
