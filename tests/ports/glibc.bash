#!/usr/bin/bash
# What Debian's own programs, dynamic and with glibc, can do together. Each line tells what was seen.
set -uo pipefail

declare -A word=([one]=1 [two]=2)
echo "bash: ${word[one]}${word[two]} $(($(printf '%d' 0x10) ** 2))"

seq 1 50000 | sort -rn | sed -n '1p;$p' | paste -sd' '
comm -12 <(printf 'a\nb\nc\n') <(printf 'b\nc\nd\n') | paste -sd,

coproc backwards { perl -ne '$| = 1; chomp; print scalar(reverse) . "\n"'; }
echo "live" >&"${backwards[1]}"
read -r line <&"${backwards[0]}" && echo "coproc: $line"

mkdir -p /tmp/tree/{a,b}/{c,d}
for folder in /tmp/tree/*/*; do
    head -c 3000 /dev/urandom >"$folder/file"
done
tar -C /tmp -cf - tree | gzip | tee >(gzip -d | tar -tf - | wc -l >/tmp/entries) >/tmp/tree.tar.gz
while [ ! -s /tmp/entries ]; do :; done
mkdir /tmp/again && tar -C /tmp/again -xzf /tmp/tree.tar.gz
diff -r /tmp/tree /tmp/again/tree && echo "tar: $(cat /tmp/entries) entries, the same"

trap 'echo "trapped"; trap - USR1' USR1
kill -USR1 $$
(ulimit -v 200000; perl -e 'my $x = "x" x 400_000_000' 2>/tmp/perl.error) || echo "perl: $(sed 's/ .*//' /tmp/perl.error | head -1)"
timeout -s KILL 1 perl -e 'sleep 100'
echo "killed: $?"

perl -e '
    use strict; use warnings; use Socket; use POSIX ":sys_wait_h";
    socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
    my $child = fork // die "fork: $!";
    if ($child == 0) { my $n = <$theirs>; chomp $n; syswrite($theirs, $n * 2 . "\n"); POSIX::_exit(3) }
    syswrite($ours, "21\n"); chomp(my $answer = <$ours>);
    waitpid($child, 0);
    my $status = WEXITSTATUS($?);
    socket(my $server, PF_INET, SOCK_STREAM, 0); bind($server, sockaddr_in(0, INADDR_LOOPBACK)); listen($server, 5);
    if (!fork) { accept(my $peer, $server); syswrite($peer, "over TCP\n"); POSIX::_exit(0) }
    socket(my $client, PF_INET, SOCK_STREAM, 0); connect($client, getsockname($server)) or die "connect: $!";
    my $line = <$client>; wait;
    printf "perl: %d, status %d, %s", $answer, $status, $line;
'
