// `ruleOf(section)`: the rule for a section of the release of libbpf that is compared with.

const RINGBUFS = [27, 31];
const BPF_F_SLEEPABLE = 1 << 4;
const BPF_F_XDP_HAS_FRAGS = 1 << 5;

/** What differs between an object as it is read here and as a release of libbpf opens it. */
export function compareOpened(object, seen, ruleOf) {
  const own = object.programs.map((program) => programLine(program, ruleOf));
  const theirs = seen.programs
    // libbpf 1.4 to 1.6 take a function in .text for a program where it is the only one.
    .filter(({ section }) => section !== '.text')
    .map(({ name, section, type, attach_type, autoload }) => `${name} ${section} ${type} ${attach_type} ${autoload}`);
  return [
    ...differences('program', own, theirs),
    ...differences('map', object.maps.map(mapLine), seen.maps.map(seenMapLine)),
  ];
}

function programLine({ name, section, isAutoloaded }, ruleOf) {
  const { progType = 0, expectedAttachType = 0 } = ruleOf(section) ?? {};
  return `${name} ${section.replace(/^\?/, '')} ${progType} ${expectedAttachType} ${isAutoloaded}`;
}

/** As libbpf names and changes it: it puts the name of the object, here `object`, before a section of data. */
function mapLine(map) {
  const name = shownName(map);
  const inner = map.inner ? ` of (${defined(map.inner)})` : '';
  return `${name} ${defined(map)}${inner} ${map.isAutocreated} ${map.pinning === 1}`;
}

function shownName({ name, definition }) {
  if (definition !== 'data') return name;
  const room = 15 - Math.max(7, name.length);
  return `${name.slice(1).includes('.') ? '' : 'object'.slice(0, room)}${name}`.slice(0, 15);
}

function defined({ type, keySize, valueSize, maxEntries, flags, numaNode, extra, hasBtfTypes }) {
  // A ring buffer has a power of two of pages.
  const entries = RINGBUFS.includes(type) ? roundedRing(maxEntries) : maxEntries;
  return `${type} ${keySize} ${valueSize} ${entries} ${flags} ${numaNode ?? 0} ${extra} ${hasBtfTypes}`;
}

function roundedRing(bytes) {
  if (bytes === 0) return 0;
  let size = 4096;
  while (size < bytes) size *= 2;
  return size;
}

function seenMapLine(map) {
  const inner = map.inner ? ` of (${seenDefined(map.inner)})` : '';
  return `${map.name} ${seenDefined(map)}${inner} ${map.autocreate} ${map.pin}`;
}

function seenDefined(map) {
  const types = map.type === 26 ? false : map.btf_types;
  return `${map.type} ${map.key_size} ${map.value_size} ${map.max_entries} ${map.map_flags} ${map.numa_node} ${map.map_extra} ${types}`;
}

/** What differs between programs as they are read here and as libbpf sends them, up to where it stopped. */
export function compareLoads(object, loads, ruleOf) {
  const wanted = object.programs.filter(({ isAutoloaded }) => isAutoloaded);
  const names = new Set(wanted.map(({ name }) => name.slice(0, 15)));
  const sent = loads.filter(({ name }) => names.has(name));
  const problems = sent.flatMap((load, k) => {
    const program = wanted[k];
    if (!program) return [`sends ${load.name}, of which nothing is known`];
    const rule = ruleOf(program.section);
    const flags = (rule?.isSleepable ? BPF_F_SLEEPABLE : 0) | (rule?.hasXdpFrags ? BPF_F_XDP_HAS_FRAGS : 0);
    const own = `${program.name.slice(0, 15)} ${program.instructionCount} ${flags} ${object.license ?? ''}`;
    const theirs = `${load.name} ${load.insn_cnt} ${Number(load.flags) & (BPF_F_SLEEPABLE | BPF_F_XDP_HAS_FRAGS)} ${load.license}`;
    return own === theirs ? [] : [`sent program: ${own} here, ${theirs} there`];
  });
  return { problems, compared: sent.length };
}

/** What differs between what programs refer to as it is read here, and as libbpf says it: maps, and externs that are called or loaded. */
export function compareReferences(object, references) {
  const byFunction = new Map();
  for (const reference of references) {
    const [name, what] = reference.split(' ');
    byFunction.set(name, [...(byFunction.get(name) ?? []), what]);
  }
  const definitions = new Map(object.maps.map((map) => [map.name, map]));
  return object.programs.flatMap(({ name, functions, maps, externs, kfuncCalls }) => {
    const theirs = new Set([name, ...functions].flatMap((one) => byFunction.get(one) ?? []));
    // Values of the configuration are externs to libbpf where instructions refer to them.
    const named = maps.filter((map) => map !== '.kconfig').map((map) => shownName(definitions.get(map)));
    const own = new Set([...named, ...externs, ...kfuncCalls.map((call) => call.name)]);
    return differences(`${name}: reference`, [...own].sort(), [...theirs].sort());
  });
}

/** What differs between calls as they are read here and as a disassembler shows them. */
export function compareCalls(object, { calls, loops }) {
  const programs = new Map(object.programs.map((program) => [program.name, program]));
  const own = new Set();
  const kfuncs = new Set();
  for (const { helperCalls, kfuncCalls } of object.programs) {
    for (const call of helperCalls) own.add(`helper ${call.function} ${call.instruction} ${call.id}`);
    for (const call of kfuncCalls) own.add(`call ${call.function} ${call.instruction} ${call.name}`);
    for (const call of kfuncCalls) kfuncs.add(call.name);
  }
  const reached = new Set(object.programs.flatMap(({ name, functions }) => [name, ...functions]));
  const theirs = new Set(
    calls.filter((line) => {
      const [kind, name, , called] = line.split(' ');
      return reached.has(name) && (kind === 'helper' || object.externs.some((one) => one.name === called));
    }),
  );
  const problems = differences('call', [...own].sort(), [...theirs].sort());
  for (const [name, { functions, hasBackEdges }] of programs) {
    const theirLoops = [name, ...functions].some((one) => loops.has(one));
    if (theirLoops !== hasBackEdges) problems.push(`${name}: jumps back: ${hasBackEdges} here, ${theirLoops} there`);
  }
  return { problems, calls: theirs.size };
}

function differences(what, own, theirs) {
  const [here, there] = [new Set(own), new Set(theirs)];
  const order =
    own.length === theirs.length && own.every((line) => there.has(line)) && own.some((line, k) => line !== theirs[k]);
  return [
    ...own.filter((line) => !there.has(line)).map((line) => `${what} only here: ${line}`),
    ...theirs.filter((line) => !here.has(line)).map((line) => `${what} only there: ${line}`),
    ...(order ? [`${what}s in another order`] : []),
  ];
}
