#!/usr/bin/perl
# Starts sleeping processes in user namespaces of their own: many_processes.pl FOLDER NAMESPACES PROCESSES.
# Root of the initial user namespace runs it. PROCESSES is of each user namespace. FOLDER is for scripts that need one, and stays empty.
# A line says when all is there. They end when standard input ends.
use strict;
use warnings;

my (undef, $namespaces, $processes) = @ARGV;
my $machine = do { require POSIX; (POSIX::uname())[4] };
my $unshare = $machine eq 'aarch64' ? 97 : 272;
my ($NEWUSER, $NEWNS) = (0x10000000, 0x00020000);

sub fork_or_die {
    my $pid = fork;
    die "fork: $!\n" unless defined $pid;
    return $pid;
}

# What no process writes to: reading it ends when this process has ended, and its end is closed everywhere else.
pipe(my $until, my $held) or die;
for my $i (0 .. $namespaces - 1) {
    pipe(my $unshared, my $tell) or die;
    pipe(my $mapped, my $go) or die;
    my $child = fork_or_die();
    if ($child == 0) {
        close $held;
        close $go;
        syscall($unshare, $NEWUSER | $NEWNS) == 0 or die "unshare: $!\n";
        syswrite $tell, 'x';
        sysread $mapped, my $word, 1;
        for (2 .. $processes) {
            last if fork_or_die() == 0;
        }
        syswrite $tell, 'x';
        close $tell;
        sysread $until, my $end, 1;
        exit 0;
    }
    close $tell;
    close $mapped;
    sysread $unshared, my $word, 1;
    my $first = 100000 + 65536 * $i;
    for my $map ('uid_map', 'gid_map') {
        open(my $file, '>', "/proc/$child/$map") or die "$map: $!\n";
        syswrite($file, "0 $first 65536\n") or die "$map: $!\n";
    }
    syswrite $go, 'x';
    # All of its processes have written, and closed their ends.
    1 while sysread $unshared, $word, 100;
}
$| = 1;
print "there\n";
1 while <STDIN>;
