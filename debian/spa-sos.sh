#!/bin/sh
# The copy that may send is executable for root and the group spa-sos only; whoever may not execute
# it has the one without the capability. The commands that read strangers' files never need it.
program=/usr/libexec/spa-sos/spa-sos
case ${1-} in
diagnose | image) ;;
*) [ ! -x "$program-live" ] || program=$program-live ;;
esac
exec "$program" "$@"
