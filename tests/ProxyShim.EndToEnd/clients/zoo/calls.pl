# Plays the zoo's calls with one of Perl's libraries: calls.pl LIBRARY SCRIPT BASE AUTH OUT.
use strict;
use warnings;

my ($library, $script, $base, $auth, $out) = @ARGV;
my ($tiny, $lwp, $mojo);
my %play = (
    tiny => sub {
        my ($method, $url, $headers, $body) = @_;
        require HTTP::Tiny;
        $tiny ||= HTTP::Tiny->new;
        my $answer = $tiny->request($method, $url, { headers => $headers, defined $body ? (content => $body) : () });
        return ($answer->{status}, $answer->{content});
    },
    lwp => sub {
        my ($method, $url, $headers, $body) = @_;
        require LWP::UserAgent;
        require HTTP::Request;
        $lwp ||= LWP::UserAgent->new(keep_alive => 1);
        my $answer = $lwp->request(HTTP::Request->new($method, $url, [%$headers], $body));
        return ($answer->code, $answer->content);
    },
    mojo => sub {
        my ($method, $url, $headers, $body) = @_;
        require Mojo::UserAgent;
        $mojo ||= Mojo::UserAgent->new(max_response_size => 0);
        my $answer = $mojo->start($mojo->build_tx($method => $url => $headers => (defined $body ? $body : ())))->res;
        return ($answer->code, $answer->body);
    },
);

$| = 1;
my $number = 0;
open my $calls, '<', $script or die $!;
while (my $line = <$calls>) {
    chomp $line;
    my ($method, $path, $file) = split /\t/, $line;
    my $body;
    if ($file ne '-') {
        open my $handle, '<:raw', $file or die $!;
        local $/;
        $body = <$handle>;
    }
    my %headers = (Authorization => "Basic $auth", defined $body ? ('Content-Type' => 'application/json') : ());
    my ($status, $answer) = $play{$library}->($method, $base . $path, \%headers, $body);
    open my $kept, '>:raw', "$out/" . $number++ or die $!;
    print $kept $answer // '';
    close $kept;
    print "$status\n";
}
