import * as z from 'zod/mini';
import { BTF_KINDS } from '../../programs/bpf_object.js';
import { LIBBPF_RELEASES } from '../../programs/libbpf/section_table.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, integer, integerOrNull, type JsonOf, text, textOrNull, texts } from './values.js';

const list = <Item extends z.core.$ZodType>(item: Item, description: string) =>
  documented(z.array(item), { description });

const place = {
  function: text('The program or function that has the call.'),
  instruction: integer('Instructions of 8 bytes before it in that function.'),
};

const program = z.strictObject({
  name: text('Of its symbol.'),
  section: text('As the file has it.'),
  prog_type: textOrNull('By the rules of libbpf; null: libbpf has no rule for the section.'),
  expected_attach_type: textOrNull(
    'By the same rules; 0 is cgroup_inet_ingress. null of struct_ops: it is the index of the member in the kernel.',
  ),
  attach_type_optional: boolean('Whether attach type 0 is sent in its place where the probe for attach types fails.'),
  attaches_by_btf: boolean('Whether its target is found by BTF.'),
  attach_target: textOrNull('What follows the first / of the section; null without one.'),
  sleepable: boolean('Whether it is sent as a program that sleeps.'),
  autoload: boolean('false: its section begins with ?, and it is loaded only when asked for.'),
  instructions: integer('Of 8 bytes, those of functions that are linked to it included.'),
  functions: texts('Functions of the object that are linked to it.'),
  helper_calls: list(
    z.strictObject({ id: integer('enum bpf_func_id.', -(2 ** 31)), name: text('Without bpf_.'), ...place }),
    'Calls of helpers: its own, then those of its functions.',
  ),
  kfunc_calls: list(
    z.strictObject({ name: text('The kernel function.'), weak: boolean('Whether it may be missing.'), ...place }),
    'Calls of kernel functions, in the same order.',
  ),
  maps: texts('The maps that it refers to.'),
  externs: texts('Variables of the kernel, or of its configuration, that it refers to.'),
  liberties: texts('What the verifier has to grant for it, as far as instructions alone show.'),
  core_relocations: integer("Relocations against the kernel's types (CO-RE)."),
});

const attributes = {
  map_type: text('Its type.'),
  key_size: integer('In bytes.'),
  value_size: integer('In bytes.'),
  max_entries: integer('0 where the loader or the application sets it.'),
  map_flags: integer('As the definition has it; of sections of data as libbpf sends it.'),
  numa_node: integerOrNull('null where the definition has none.'),
  map_extra: text('In hexadecimal.'),
  btf_types: boolean('Whether types of keys or values are given.'),
  btf_needs: texts('Why the map cannot be made without BTF of its values: local_storage, spin_lock, timer, kptr, …'),
};

const map = z.strictObject({
  name: text('Of its symbol, or of its section.'),
  definition: documented(z.enum(['btf', 'legacy', 'data', 'struct_ops']), {
    description:
      'btf: a structure in .maps. legacy: a struct bpf_map_def in maps. data: a section of data. struct_ops: an operations structure.',
  }),
  section: text('As the file has it.'),
  ...attributes,
  pinned: boolean('Whether libbpf pins it by its name.'),
  autocreate: boolean('false: it is made only when asked for.'),
  inner: documented(z.nullable(z.strictObject(attributes)), {
    description: 'What a map of maps holds; null where the object does not say.',
  }),
  initial_slots: list(
    z.strictObject({ index: integer('From 0.'), name: text('The map or program in it.') }),
    'Slots that are filled when it is loaded.',
  ),
  struct_ops: documented(
    z.nullable(
      z.strictObject({
        type: text("The kernel's structure."),
        link: boolean('Whether it is attached by a link.'),
        programs: list(
          z.strictObject({ member: text('Of the structure.'), program: text('The program.') }),
          'Its members that are programs.',
        ),
      }),
    ),
    { description: 'Of an operations structure; null of other maps.' },
  ),
});

const btf = z.strictObject({
  types: integer('Without void.'),
  kinds: list(z.enum(BTF_KINDS), 'The kinds that occur.'),
  global_functions: boolean('Whether a function is global.'),
  datasecs: list(
    z.strictObject({ name: text('The section.'), variables: integer('How many it has.') }),
    'Sections of data that it describes.',
  ),
  decl_tags: texts('Texts of declaration tags.'),
  type_tags: texts('Texts of type tags.'),
  func_info: boolean('Whether .BTF.ext describes functions.'),
  line_info: boolean('Whether .BTF.ext describes lines.'),
  core_relocations: boolean('Whether .BTF.ext has relocations.'),
});

const object = z.strictObject({
  offset: integer('Where it begins in the file. In bytes.'),
  size: integer('In bytes.'),
  byte_order: documented(z.enum(['little', 'big']), { description: 'The order of its bytes.' }),
  license: textOrNull('null: it has none.'),
  gpl: boolean('Whether the kernel takes the licence for compatible with the GPL.'),
  programs: list(program, 'In the order in which libbpf loads them.'),
  maps: list(map, 'In the order in which libbpf makes them.'),
  externs: list(
    z.strictObject({
      name: text('Of its symbol.'),
      kind: documented(z.enum(['kfunc', 'ksym', 'kconfig']), {
        description: 'kfunc: a kernel function. ksym: a variable of the kernel. kconfig: a value of its configuration.',
      }),
      weak: boolean('Whether it may be missing.'),
      typed: boolean("Whether the kernel's BTF is asked for it."),
    }),
    'Symbols that the kernel has to provide.',
  ),
  btf: documented(z.nullable(btf), { description: 'What its BTF has; null: it has none.' }),
  needs_kernel_btf: boolean("Whether loading it reads the kernel's BTF."),
  modules: texts('Kernel modules that sections name.'),
});

const lightSkeleton = z.strictObject({
  offset: integer('Where its loader program begins in the file. In bytes.'),
  instructions: integer('Of the loader program.'),
  program_count: integer('How many programs it loads.'),
  map_count: integer('How many maps it makes.'),
  btf_count: integer('How often it loads BTF.'),
  programs: documented(
    z.nullable(
      z.array(
        z.strictObject({
          name: text('Up to 15 characters.'),
          prog_type: text('Its type.'),
          expected_attach_type: text('As it is sent; of attach type 0 cgroup_inet_ingress.'),
          instructions: integer('Of 8 bytes.'),
          prog_flags: integer('As they are sent.'),
        }),
      ),
    ),
    { description: 'What it loads; null where its data was not found.' },
  ),
  maps: documented(
    z.nullable(
      z.array(
        z.strictObject({
          name: text('Up to 15 characters.'),
          map_type: text('Its type.'),
          key_size: integer('In bytes.'),
          value_size: integer('In bytes.'),
          max_entries: integer('As it is written; the application may change it.'),
          map_flags: integer('As they are sent.'),
        }),
      ),
    ),
    { description: 'What it makes; null where its data was not found.' },
  ),
});

/** What `bpftoken needs --json` writes. */
export const needsSchema = output('needs', 'What BPF objects hold, and those that executables carry.', {
  libbpf: documented(z.enum(LIBBPF_RELEASES), { description: 'The release whose rules for sections are applied.' }),
  files: list(
    z.strictObject({
      file: text('The file, as messages name it.'),
      kind: documented(z.enum(['object', 'executable']), {
        description: 'object: it is one. executable: any other file, which may carry some.',
      }),
      objects: list(object, 'In the order of the file.'),
      light_skeletons: list(
        lightSkeleton,
        'Light skeletons of bpftool in an executable: they are loaded without a token, and their calls are made without one.',
      ),
      errors: list(
        z.strictObject({ offset: integer('In bytes.'), message: text('What must hold there.') }),
        'Of an executable, what begins as an object does and cannot be read.',
      ),
    }),
    'In the order in which they were given.',
  ),
});
export type NeedsJson = JsonOf<typeof needsSchema>;
