# Net::FTP of Perl.
use strict;
use warnings;
use Net::FTP;

my ($step, $local, $name) = @ARGV;
my $mode = $ENV{FTP_MODE};
my %options = (Port => $ENV{FTP_PORT}, Timeout => 30, SSL_ca_file => $ENV{FTP_CA});
$options{SSL} = 1 if $mode eq 'implicit';
my $ftp = Net::FTP->new($ENV{FTP_HOST}, %options) or die "connect: $@";
if ($mode eq 'explicit') { $ftp->starttls or die 'starttls: ' . $ftp->message }
$ftp->login($ENV{FTP_USER}, $ENV{FTP_PASSWORD}) or die 'login: ' . $ftp->message;
exit if $step eq 'connect';
if ($ENV{FTP_FOLDER}) { $ftp->cwd($ENV{FTP_FOLDER}) or die 'cwd: ' . $ftp->message }
if ($step eq 'list') {
    my @lines = $ftp->dir;
    die 'dir: ' . $ftp->message unless $ftp->ok;
    print "$_\n" for @lines;
}
$ftp->binary;
if ($step eq 'download') { $ftp->get($name, $local) or die 'get: ' . $ftp->message }
if ($step eq 'upload') { $ftp->put($local, $name) or die 'put: ' . $ftp->message }
