import type { BpfObject } from '../../bpf_object.js';
import type { LibbpfRelease } from '../../libbpf/section_table.js';
import type { CallAnswer, LoadSession, LoadStep } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { LoaderSetup } from '../loader_setup.js';
import { MAP, PROG } from '../numbers.js';
import { LibbpfFeatures } from './libbpf_features.js';
import { isDataMap, LibbpfMaps } from './libbpf_maps.js';
import { LibbpfPrograms } from './libbpf_programs.js';
import { libbpfRules } from './libbpf_release.js';
import { prepareToken } from './libbpf_token.js';

/** Names of kernel configuration that bpf() is asked about: the others are read of /proc/config.gz and uname(). */
const COOKIE_VARIABLE = 'LINUX_HAS_BPF_COOKIE';

/**
 * Loads an object as libbpf does: bpf_object__load() of an object that was opened with bpf_object__open_file(), in a process that
 * loaded nothing before. Ends the session's load where libbpf would give up. Types that the object wants of the kernel are taken to be
 * in its own BTF: modules are not asked. Source: libbpf 1.4.6, 1.5.0, 1.6.2, 1.7.0, bpf_object_load().
 */
export function loadWithLibbpf<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  release: LibbpfRelease,
  object: BpfObject,
  setup: LoaderSetup,
): void {
  const rules = libbpfRules(release);
  const features = new LibbpfFeatures(session, rules, prepareToken(session, setup));
  loadTrivialProgram(session, features);
  if (object.externs.some(({ name }) => name === COOKIE_VARIABLE)) features.has('bpf_cookie');
  if (object.maps.some(isDataMap)) features.has('array_mmap');
  probeForRelocation(features, object, rules.probesArenaOffsets);
  const hasBtf = loadBtf(session, features, object);
  const made = new LibbpfMaps(session, features, hasBtf).createAll(object);
  const hasFuncInfo = hasBtf && object.btf?.hasFuncInfo === true && features.has('btf_func');
  new LibbpfPrograms(session, features, { release, object, setup, made, hasFuncInfo }).loadAll();
  fillProgArrays(session, object);
}

/** Source: bpf_object__probe_loading(). */
function loadTrivialProgram<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  features: LibbpfFeatures<Answer>,
): void {
  features.probeMemoryAccounting();
  const purpose = 'the trivial program that every load begins with';
  const socketFilter = features.trivialLoad(PROG.socket_filter, purpose, {
    consequence: 'harmless',
    effect: 'libbpf tries a tracepoint program next',
  });
  if (succeeded(socketFilter)) return;
  const tracepoint = features.trivialLoad(PROG.tracepoint, purpose, {
    consequence: 'fatal',
    effect: 'the load ends: both trivial programs were refused',
  });
  const { errno } = tracepoint.answer;
  if (errno === null) return;
  session.fail(errno, "Couldn't load trivial BPF program", { step: tracepoint, alternatives: [socketFilter] });
}

/** Probes while programs are relocated: bpf_object__relocate(). */
function probeForRelocation<Answer extends CallAnswer>(
  features: LibbpfFeatures<Answer>,
  { btf, maps, programs }: BpfObject,
  probesArenaOffsets: boolean,
): void {
  if (probesArenaOffsets && maps.some(({ type }) => type === MAP.arena)) features.has('ldimm64_full_range_off');
  if (!btf || !programs.some(({ isAutoloaded }) => isAutoloaded)) return;
  const hasRecords = btf.hasFuncInfo || btf.hasLineInfo || btf.hasCoreRelocations;
  const hasFunctions = hasRecords && features.has('btf_func');
  features.has('btf_decl_tag');
  if (hasFunctions && btf.hasFuncInfo) features.has('arg_ctx_tag');
}

/** Loads the BTF of the object, where the kernel takes any. Source: bpf_object__sanitize_and_load_btf(). */
function loadBtf<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  features: LibbpfFeatures<Answer>,
  { btf, maps }: BpfObject,
): boolean {
  if (!btf) return false;
  const isMandatory = maps.some(({ definition }) => definition === 'struct_ops');
  const giveUp = (step: LoadStep<Answer> | undefined) =>
    session.fail('EOPNOTSUPP', "Error loading .BTF into kernel. BTF is mandatory, can't proceed", { step });
  if (!features.has('btf')) return isMandatory ? giveUp(features.refusalOf('btf')) : false;
  for (const feature of [
    'btf_global_func',
    'btf_datasec',
    'btf_float',
    'btf_func',
    'btf_decl_tag',
    'btf_type_tag',
    'btf_enum64',
    'btf_qmark_datasec',
  ] as const) {
    features.has(feature);
  }
  const call = { cmd: 'btf_load', token: features.token } as const;
  const purpose = 'the BTF of the object';
  const first = session.send(call, purpose, { consequence: 'harmless', effect: 'it is sent again with a log' });
  if (succeeded(first)) return true;
  const again = session.send(
    call,
    purpose,
    isMandatory
      ? { consequence: 'fatal', effect: 'the load ends: struct_ops needs BTF' }
      : { consequence: 'degrades', effect: 'libbpf goes on without BTF' },
  );
  const { errno } = again.answer;
  if (errno === null) return true;
  if (isMandatory)
    session.fail(errno, "Error loading .BTF into kernel. BTF is mandatory, can't proceed", { step: again });
  return false;
}

/** Fills maps of programs, once these are loaded. Source: bpf_object_init_prog_arrays(). */
function fillProgArrays<Answer extends CallAnswer>(session: LoadSession<Answer>, { maps }: BpfObject): void {
  for (const { type, name, initialSlots, isAutocreated } of maps) {
    if (type !== MAP.prog_array || !isAutocreated) continue;
    for (const { index, name: program } of initialSlots) {
      const refused = { consequence: 'fatal', effect: 'the load ends' } as const;
      const step = session.send(
        { cmd: 'map_update_elem', of: name },
        `map ${name}: slot ${index}, ${program}`,
        refused,
      );
      const { errno } = step.answer;
      if (errno !== null) session.fail(errno, `map '${name}': failed to initialize slot [${index}]`, { step });
    }
  }
}
