# What Tcl's tdbc::odbc sees through the driver. usage: client_tcl.tcl CONNECTION_STRING
package require tdbc::odbc

proc check {actual expected what} {
    if {$actual ne $expected} {
        puts stderr "$what: '$actual' is not '$expected'"
        exit 1
    }
}

tdbc::odbc::connection create db [lindex $argv 0]
check [db allrows -as lists "SELECT 1"] 1 "SELECT 1"

set rows [db allrows -as lists "ROWS 300"]
check [llength $rows] 300 rows
check [lindex $rows 299 2] name-299 "last name"

set first [lindex [db allrows -as dicts "TYPES"] 0]
check [dict get $first bi] 5000000000 bigint
check [dict get $first s] "z\u00fcrich" string
check [dict get $first dec] -12.345 decimal
check [dict exists [lindex [db allrows -as dicts "TYPES"] 1] s] 0 null

set text "it's"
set statement [db prepare {ECHO :text}]
check [lindex [$statement allrows -as lists] 0 0] {'it\'s'} parameter
$statement close

check [lsort [dict keys [db tables]]] {monthly stores transactions} tables
check [lsort [dict keys [db columns stores]]] {name store_id} columns

if {![catch {db allrows "SELECT FAIL"} message options]} {
    check ok failure "a missing table"
}
check [lindex [dict get $options -errorcode] 2] 42S02 "state of a missing table"
db close
