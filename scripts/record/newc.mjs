/**
 * An archive in the newc format (Documentation/driver-api/early-userspace/buffer-format.rst): `add` takes a name without a leading slash,
 * the type and permission bits, and what the entry has; `finish` returns the whole.
 */
export function newcArchive() {
  const chunks = [];
  let inode = 0;
  const pad = (length) => Buffer.alloc((4 - (length % 4)) % 4);
  const add = (name, mode, { content = Buffer.alloc(0), major = 0, minor = 0 } = {}) => {
    inode += 1;
    const length = Buffer.byteLength(name) + 1;
    const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, length, 0];
    const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`);
    chunks.push(head, pad(head.length), content, pad(content.length));
  };
  const finish = () => {
    add('TRAILER!!!', 0);
    return Buffer.concat(chunks);
  };
  return { add, finish };
}
