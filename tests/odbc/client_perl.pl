# What Perl's DBD::ODBC sees through the driver. usage: client_perl.pl DSN
use strict;
use warnings;
use utf8;
use DBI qw(:sql_types);

my ($dsn) = @ARGV;
my $db = DBI->connect("dbi:ODBC:$dsn", "me", "", { RaiseError => 1, PrintError => 0 })
    or die "not connected\n";

sub check {
    my ($actual, $expected, $what) = @_;
    $actual = "NULL" unless defined $actual;
    $expected = "NULL" unless defined $expected;
    die "$what: '$actual' is not '$expected'\n" if $actual ne $expected;
}

check($db->get_info(17), "Spark SQL", "SQL_DBMS_NAME");
check($db->selectrow_array("SELECT 1"), 1, "SELECT 1");

my $rows = $db->selectall_arrayref("ROWS 2500");
check(scalar @$rows, 2500, "rows");
check($rows->[2499][0], 2499, "last id");
check($rows->[3][1], 1.5, "half");
check($rows->[7][3], undef, "every seventh note");

my $types = $db->selectall_arrayref("TYPES", { Slice => {} });
check($types->[0]{bi}, "5000000000", "bigint");
check($types->[0]{dec}, "-12.345", "decimal");
# DBD::ODBC is built for bytes here; they are UTF-8.
my $city = $types->[0]{s};
utf8::decode($city) unless utf8::is_utf8($city);
check($city, "zürich", "string");
check($types->[1]{s}, undef, "null");
check($types->[2]{bi}, "-9223372036854775808", "smallest bigint");

my $echo = $db->prepare("ECHO ?, ?, ?");
$echo->bind_param(1, "it's ? {d 'x'}", SQL_VARCHAR);
$echo->bind_param(2, -5, SQL_INTEGER);
$echo->bind_param(3, undef, SQL_VARCHAR);
$echo->execute;
check(($echo->fetchrow_array)[0], "'it\\'s ? {d \\'x\\'}', -5, NULL", "parameters");
$echo->finish;
$echo->execute("a\\b", 7, "x");
check(($echo->fetchrow_array)[0], "'a\\\\b', 7, 'x'", "parameters again");
$echo->finish;

# DBD::ODBC binds what is described, 255 characters: what does not fit is told, never cut in silence.
eval { $db->selectrow_array("BIG 100000") };
check($db->state, "01004", "state of a long text");

my @tables = map { $_->[2] } @{ $db->table_info(undef, undef, "%", undef)->fetchall_arrayref };
check(join(",", @tables), "stores,transactions,monthly", "tables");
my @columns = map { $_->[3] } @{ $db->column_info(undef, undef, "stores", "%")->fetchall_arrayref };
check(join(",", @columns), "store_id,name", "columns");
check(scalar(@{ $db->type_info_all }) > 10 ? "many" : "few", "many", "types");
my @keys = $db->primary_key(undef, undef, "stores");
check(scalar @keys, 0, "primary key");

eval { $db->do("SELECT FAIL") };
check($db->state, "42S02", "state of a missing table");
check($db->selectrow_array("SELECT 1"), 1, "after the error");
$db->disconnect;
