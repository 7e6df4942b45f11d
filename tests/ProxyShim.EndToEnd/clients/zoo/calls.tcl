# Plays the zoo's calls with Tcl's own library: calls.tcl LIBRARY SCRIPT BASE AUTH OUT.
package require http
lassign $argv library script base auth out
set number 0
set calls [open $script]
while {[gets $calls line] >= 0} {
    lassign [split $line \t] method path file
    set options [list -method $method -headers [list Authorization "Basic $auth"] -binary 1 -keepalive [expr {$library eq "keepalive"}]]
    if {$file ne "-"} {
        set handle [open $file rb]
        lappend options -query [read $handle] -type application/json
        close $handle
    }
    set token [http::geturl $base$path {*}$options]
    set kept [open $out/$number wb]
    puts -nonewline $kept [http::data $token]
    close $kept
    puts [http::ncode $token]
    flush stdout
    http::cleanup $token
    incr number
}
