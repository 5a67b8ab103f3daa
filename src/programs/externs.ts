import type { ObjectExtern } from './bpf_object.js';
import type { Btf, BtfType } from './btf/btf.js';
import { withoutModifiers } from './btf/resolve.js';
import { type ElfSymbol, SHN_UNDEF, STB_LOCAL, STB_WEAK, STT_NOTYPE } from './elf/symbols.js';

const KCONFIG_SECTION = '.kconfig';
const KSYMS_SECTION = '.ksyms';

/** An extern with its type. */
export interface TypedExtern extends ObjectExtern {
  /** Of kind var or func; undefined where BTF does not have it. */
  readonly type: BtfType | undefined;
}

/** The symbols that an object does not define, in the order of its symbol table. Source: bpf_object__collect_externs() of libbpf. */
export function readExterns(symbols: readonly ElfSymbol[], btf: Btf | undefined): TypedExtern[] {
  const [config, kernel] = [KCONFIG_SECTION, KSYMS_SECTION].map((name) => declared(btf, name));
  return symbols.filter(isExtern).map(({ name, binding }) => {
    const isWeak = binding === STB_WEAK;
    const value = config?.get(name);
    if (value) return { name, kind: 'kconfig', isWeak, isTyped: true, type: value };
    const type = kernel?.get(name);
    const isTyped = btf !== undefined && type !== undefined && isOfType(btf, type);
    return { name, kind: type?.kind === 'func' ? 'kfunc' : 'ksym', isWeak, isTyped, type };
  });
}

/** Whether a symbol is defined elsewhere: sym_is_extern() of libbpf. */
export function isExtern({ section, binding, type, name }: ElfSymbol): boolean {
  return section === SHN_UNDEF && binding !== STB_LOCAL && type === STT_NOTYPE && name !== '';
}

/** What a section of BTF declares, by name. */
function declared(btf: Btf | undefined, section: string): ReadonlyMap<string, BtfType> {
  const datasec = btf?.datasec(section);
  if (!btf || !datasec) return new Map();
  return new Map(
    btf.variables(datasec).map((variable) => {
      const type = btf.type(variable.type, datasec);
      return [type.name, type];
    }),
  );
}

/** A function, or a variable that is not void. */
function isOfType(btf: Btf, type: BtfType): boolean {
  return type.kind === 'func' || withoutModifiers(btf, type.sizeOrType, type).kind !== 'void';
}
