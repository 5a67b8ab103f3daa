import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import type { IdRange } from '../kernel/userns.js';
import type { Namespace, Tree } from './record.js';
import type { Fields } from './record_fields.js';

const INIT: Namespace = { name: 'init', parent: null, owner: 0 };
/** The tree of a record that lists no namespaces. */
export const INIT_TREE: Tree = [INIT];

/**
 * The initial namespace first, even if the record does not list it, and each namespace after its parent. Throws a FieldError
 * for a tree that no kernel can have.
 */
export function treeOf(fields: Fields): Tree {
  const levels = new Map([['init', 0]]);
  const listed = fields.objects('tree');
  const [init, second] = listed.filter(isInit);
  if (init) checkInit(init);
  if (second) second.fail('ns', 'a name that no other namespace has');
  const tree: Namespace[] = [INIT];
  /** Returns false, without any change, where the parent is not in the tree yet. */
  const isPlaced = (ns: Fields): boolean => {
    const above = levels.get(ns.text('parent'));
    if (above === undefined) return false;
    if (levels.has(ns.text('ns'))) ns.fail('ns', 'a name that no other namespace has');
    const level = above + 1;
    if (level > USERNS_MAX_LEVEL) {
      ns.fail('parent', `a namespace above level ${USERNS_MAX_LEVEL}, the deepest that the kernel makes,`);
    }
    checkLevel(ns, level);
    levels.set(ns.text('ns'), level);
    tree.push({
      name: ns.text('ns'),
      parent: ns.text('parent'),
      owner: ns.u32('owner_uid'),
      ...(ns.has('uid_map') ? { uidMap: idMapOf(ns, 'uid_map') } : {}),
      ...(ns.has('gid_map') ? { gidMap: idMapOf(ns, 'gid_map') } : {}),
    });
    return true;
  };
  // Each round adds at least one level: there are few rounds, whatever the order of the list.
  for (let rest = listed.filter((ns) => !isInit(ns)); rest.length > 0; ) {
    const waiting = rest.filter((ns) => !isPlaced(ns));
    if (waiting.length === rest.length) (rest[0] as Fields).fail('parent', 'a namespace of the tree');
    rest = waiting;
  }
  return tree;
}

/** The `ns` of an object: a namespace of the tree, with the level of the object, if it has one. */
export function nsOf(fields: Fields, tree: Tree): string {
  const name = fields.text('ns');
  if (!tree.some((ns) => ns.name === name)) fields.fail('ns', 'a namespace of the tree');
  if (fields.has('level')) checkLevel(fields, levelIn(tree, name));
  return name;
}

function isInit(ns: Fields): boolean {
  return ns.text('ns') === 'init';
}

function checkInit(init: Fields): void {
  if (init.has('parent')) init.fail('parent', 'null (the initial namespace has no parent)');
  checkLevel(init, 0);
  if (init.has('owner_uid') && init.u32('owner_uid') !== 0) init.fail('owner_uid', '0, for the initial namespace,');
}

/** A level in a record is optional and must be that of the tree. */
function checkLevel(fields: Fields, level: number): void {
  if (fields.has('level') && fields.raw('level') !== level) fields.fail('level', `${level}, as the tree has it,`);
}

function levelIn(tree: Tree, name: string): number {
  let level = 0;
  for (let ns = tree.find((one) => one.name === name); ns && ns.parent !== null; level++) {
    const { parent } = ns;
    ns = tree.find((one) => one.name === parent);
  }
  return level;
}

/** `[[inside, global, count], …]`. */
function idMapOf(fields: Fields, key: string): IdRange[] {
  return fields.list(key).map((row) => {
    const numbers: readonly unknown[] = Array.isArray(row) ? row : [];
    if (numbers.length !== 3 || !numbers.every(isId) || numbers[2] === 0) {
      fields.fail(key, 'a list of [inside, global, count]');
    }
    const [inside, global, count] = numbers as [number, number, number];
    return { inside, global, count };
  });
}

function isId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}
