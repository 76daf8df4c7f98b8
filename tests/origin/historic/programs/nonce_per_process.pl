#!/usr/bin/perl
# In the manner of Perl programs of 2008: one nonce for the whole process, every parameter in the query, a
# POST with an empty body, OAuth 1.0 without a verifier, sign-in by posting the form, ids with positions.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha1_base64);
use HTTP::Tiny;

my ($base, $key, $secret, $login, $password) = @ARGV;
my $nonce = join '', map { chr(97 + int rand 26) } 1 .. 16;
my $http = HTTP::Tiny->new(max_redirect => 0);
my ($token, $token_secret) = ('', '');

sub escape { my $text = shift; $text =~ s/([^A-Za-z0-9\-._~])/sprintf '%%%02X', ord $1/ge; $text }

sub signed {
    my ($verb, $url, %given) = @_;
    my %all = (
        %given,
        oauth_consumer_key     => $key,
        oauth_nonce            => $nonce,
        oauth_signature_method => 'HMAC-SHA1',
        oauth_timestamp        => time,
        oauth_version          => '1.0',
        (length $token ? (oauth_token => $token) : ()),
    );
    my $pairs = join '&', map { escape($_) . '=' . escape($all{$_}) } sort keys %all;
    my $text  = join '&', map { escape($_) } $verb, $url, $pairs;
    my $made  = hmac_sha1_base64($text, escape($secret) . '&' . escape($token_secret));
    $made .= '=' while length($made) % 4;
    return "$url?$pairs&oauth_signature=" . escape($made);
}

sub call {
    my ($verb, $url, $wanted, %given) = @_;
    my $answer = $http->request($verb, signed($verb, $url, %given));
    die "$verb $url: $answer->{status} $answer->{content}\n" unless $answer->{status} == $wanted;
    return $answer->{content};
}

sub fields {
    my %fields;
    for my $pair (split /&/, shift) {
        my ($name, $value) = split /=/, $pair, 2;
        $value =~ tr/+/ /;
        $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
        $fields{$name} = $value;
    }
    return %fields;
}

sub expect { my ($what, $ok) = @_; die "not so: $what\n" unless $ok; }

# Sign in: the callback, which is empty, is given at the login page.
my %asked = fields(call('GET', "$base/oauth/request_token", 200));
my $page = $http->post_form($asked{login_url} . "&oauth_callback=&oauth_consumer_key=$key", [
    name => '', email => '', output => 'pox', accept_tos => 'checked',
    oauth_callback => '', oauth_token => $asked{oauth_token}, oauth_consumer_key => $key,
    application_name => $asked{application_name}, login => $login, password => 'wrong password',
]);
$page = $http->get($page->{headers}{location}) if $page->{status} == 302;
expect('a wrong password fails', $page->{content} =~ /failed/i);
$page = $http->post_form($asked{login_url} . "&oauth_callback=&oauth_consumer_key=$key", [
    accept_tos => 'checked', login => $login, password => $password,
]);
expect('the right one succeeds', $page->{content} =~ /successfully/);
($token, $token_secret) = @asked{qw(oauth_token oauth_token_secret)};
my %given = fields(call('GET', "$base/oauth/access_token", 200));
($token, $token_secret) = @given{qw(oauth_token oauth_token_secret)};
my $user = "$base/users/$given{user_id}";

my $me = call('GET', $user, 200);
expect('the user has a name', $me =~ m{<first_name>Pat</first_name>});
my $found = call('GET', "$base/catalog/titles", 200, term => 'fargo', max_results => 5);
my ($fargo) = $found =~ m{<catalog_title>\s*<id>([^<]+)</id>};
my $film = call('GET', $fargo, 200, expand => 'synopsis,cast,directors,formats,screen formats');
expect('the synopsis is expanded', $film =~ m{<synopsis><!\[CDATA\[.+?\]\]></synopsis>}s);
my ($other) = call('GET', "$base/catalog/titles", 200, term => 'jaws') =~ m{<catalog_title>\s*<id>([^<]+)};

# The queue, by the etag that every answer tells.
my $empty = call('GET', "$user/queues/disc", 200, max_results => 500);
my ($tag) = $empty =~ m{<etag>(\d+)</etag>};
expect('the queue is empty', $tag eq '0' && $empty =~ m{<number_of_results>0<});
my $added = call('POST', "$user/queues/disc", 201, title_ref => $fargo, etag => $tag);
($tag) = $added =~ m{<etag>(\d+)</etag>};
my $again = call('POST', "$user/queues/disc", 412, title_ref => $fargo, etag => $tag);
expect('it is there already', $again =~ m{<sub_code>710</sub_code>});
call('POST', "$user/queues/disc", 412, title_ref => $other, etag => 111111111111);
$added = call('POST', "$user/queues/disc", 201, title_ref => $other, etag => $tag, position => 1);
my ($first) = call('GET', "$user/queues/disc/available", 200) =~ m{<queue_item>\s*<id>([^<]+)</id>};
my ($number) = $fargo =~ m{(\d+)$};
expect('the other is the first', $first !~ m{/$number$});
my $states = call('GET', "$user/title_states", 200, title_refs => "$fargo,$other");
expect('its state is told', $states =~ m{label="In Queue"});
my $deleted = call('DELETE', "$user/queues/disc/available/$number", 200);
expect('it is deleted', $deleted =~ m{<message>Title deleted from queue</message>});
expect('once', call('DELETE', "$user/queues/disc/available/$number", 404, etag => '') =~ m{<sub_code>610<});
call('DELETE', $first, 200);

# Ratings, recommendations, history, feeds.
call('POST', "$user/ratings/title/actual", 201, title_ref => $fargo, rating => 5);
call('POST', "$user/ratings/title/actual", 422, title_ref => $fargo, rating => 4);
call('PUT', "$user/ratings/title/actual/$number", 200, rating => 3);
my $rated = call('GET', "$user/ratings/title", 200, title_refs => $fargo);
expect('the rating is kept', $rated =~ m{<user_rating>3</user_rating>});
expect('some are recommended', call('GET', "$user/recommendations", 200, max_results => 3) =~ m{<recommendation>});
call('GET', "$user/$_", 200) for qw(at_home rental_history rental_history/shipped rental_history/watched);
my ($feed) = call('GET', "$user/feeds", 200) =~ m{href="([^"]+)"[^>]*feed\.queues\.instant"};
$feed =~ s/&amp;/&/g;
$feed =~ s/&output=atom//;
my $read = $http->get("$feed&max_results=500");
expect('a feed needs no signature', $read->{status} == 200 && $read->{content} =~ m{<queue>});
print "done\n";
