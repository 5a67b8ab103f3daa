#!/usr/bin/perl
# Makes a user namespace with a delegated bpffs, as a container manager does, and holds a token open in it.
# Root of the initial user namespace runs it: delegated_userns.pl FOLDER [OPTION=VALUE...]
# FOLDER is where the bpffs is mounted, in the mount namespace of the new user namespace. A line says when all is there: the pid of
# the process in the user namespace. Each line of standard input, `CMD TYPE ATTACH_TYPE TOKEN`, is a call that this process makes (the
# command, its type and its attach type by number; 1: with the token): a line says the number of its error, or 0. It ends when standard
# input ends.
use strict;
use warnings;

my ($folder, @options) = @ARGV;
my $machine = (POSIX_uname())[4];
my %number = $machine eq 'aarch64' ? (bpf => 280, unshare => 97) : (bpf => 321, unshare => 272);
# The same on every machine.
%number = (%number, move_mount => 429, fsopen => 430, fsconfig => 431, fsmount => 432, pidfd_open => 434, pidfd_getfd => 438);
my ($NEWUSER, $NEWNS) = (0x10000000, 0x00020000);
my ($SET_STRING, $CREATE, $EMPTY_PATH, $TOKEN_CREATE, $AT_FDCWD) = (1, 6, 4, 36, -100);

sub POSIX_uname { require POSIX; return POSIX::uname() }

sub call {
    my ($name, @args) = @_;
    my $result = syscall($number{$name}, @args);
    die "$name: $!\n" if $result < 0;
    return $result;
}

# Sizes of key and value, entries and flags of map types that do not take 4, 4, 1 and 0.
sub map_sizes {
    my ($type) = @_;
    return (8, 4, 1, 1) if $type == 11;                                # lpm_trie: BPF_F_NO_PREALLOC
    return (0, 4, 1, 0) if $type == 22 || $type == 23 || $type == 30;  # queue, stack, bloom_filter
    return (0, 0, 4096, 0) if $type == 27;                             # ringbuf
    return (4, 4, 1, 0);
}

# Makes map_create, prog_load or btf_load as well-formed as can be.
sub errno_of {
    my ($cmd, $type, $attach_type, $fd) = @_;
    my $flag = $fd ? 0x10000 : 0;
    my ($program, $license, $btf) = (pack('H*', 'b7000000000000009500000000000000'), "GPL\0", "\0" x 32);
    my $attr;
    if ($cmd == 0) {
        my ($key, $value, $entries, $flags) = map_sizes($type);
        $attr = pack('L7 x16 L5 Q l l', $type, $key, $value, $entries, $flags | $flag, 0, 0, 0, 0, 0, 0, 0, 0, 0, $fd);
    } elsif ($cmd == 5) {
        $attr = pack('L2 P P L2 Q L2 x16 L4 Q L2 Q L4 Q2 L2 l', $type, 2, $program, $license, 0, 0, 0, 0, $flag, 0,
            $attach_type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $fd);
    } else {
        $attr = pack('P Q L5 l', $btf, 0, 32, 0, 0, 0, $flag, $fd);
    }
    my $made = syscall($number{bpf}, $cmd, $attr, length $attr);
    return $! + 0 if $made < 0;
    require POSIX;
    POSIX::close($made);
    return 0;
}

pipe(my $from_child, my $to_parent) or die;
pipe(my $from_parent, my $to_child) or die;
my $child = fork;
die "fork: $!\n" unless defined $child;
if ($child == 0) {
    close $from_child;
    close $to_child;
    call('unshare', $NEWUSER | $NEWNS);
    syswrite $to_parent, "u\n";
    sysread($from_parent, my $mapped, 1) or exit 1;
    # It becomes root of the user namespace.
    $) = '0 0';
    $( = 0;
    ($<, $>) = (0, 0);
    my $context = call('fsopen', my $type = "bpf\0", 0);
    syswrite $to_parent, "$context\n";
    sysread($from_parent, my $made, 1) or exit 1;
    my $mount = call('fsmount', $context, 0, 0);
    call('move_mount', $mount, my $empty = "\0", $AT_FDCWD, my $path = "$folder\0", $EMPTY_PATH);
    require POSIX;
    my $fd = POSIX::open($folder, 0) // die "$folder: $!\n";
    my $attr = pack('LL', 0, $fd);
    my $token = call('bpf', $TOKEN_CREATE, $attr, length $attr);
    syswrite $to_parent, "$token\n";
    while (defined(my $line = <$from_parent>)) {
        my ($cmd, $type, $attach_type, $has_token) = split ' ', $line;
        syswrite $to_parent, errno_of($cmd, $type, $attach_type, $has_token ? $token : 0) . "\n";
    }
    exit 0;
}
close $to_parent;
close $from_parent;
sub answer { my $line = <$from_child>; die "the process in the user namespace has ended\n" unless defined $line; chomp $line; return $line }
sub go { syswrite $to_child, 'x' }

answer();
for my $map ('uid_map', 'gid_map') {
    open(my $file, '>', "/proc/$child/$map") or die "$map: $!\n";
    syswrite($file, "0 100000 65536\n") or die "$map: $!\n";
}
go();
my $context = call('pidfd_getfd', call('pidfd_open', $child, 0), answer() + 0, 0);
for my $option (@options) {
    my ($key, $value) = map { "$_\0" } split /=/, $option, 2;
    call('fsconfig', $context, $SET_STRING, $key, $value, 0);
}
call('fsconfig', $context, $CREATE, 0, 0, 0);
go();
answer();
$| = 1;
print "$child\n";
while (<STDIN>) {
    syswrite $to_child, $_;
    print answer(), "\n";
}
