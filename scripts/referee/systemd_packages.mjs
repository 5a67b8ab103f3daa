/** systemd of Debian, and the libraries that it needs to run. */
export const PACKAGES = (
  'systemd libsystemd-shared libsystemd0 libc6 libcap2 libmount1 libblkid1 libselinux1 libpcre2-8-0 libaudit1 libcap-ng0 libpam0g ' +
  'libseccomp2 libapparmor1 libacl1 libcrypt1 libkmod2 libssl3t64 libcryptsetup12 zlib1g libbpf1 libelf1t64 liblzma5 libzstd1 liblz4-1 ' +
  'libgcrypt20 libgpg-error0'
).split(' ');
