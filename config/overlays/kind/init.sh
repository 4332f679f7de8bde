#!/bin/sh
# Makes the database the first time. Roles hold rights, users are members of one: what
# `shopkeeper migrate` would make of roles is made here, so that the tables' owner need
# not be allowed to make any.
set -eu
data=/var/lib/postgresql/data/pg
[ ! -e "$data/PG_VERSION" ] || exit 0

rm -rf "$data.new" # left by one that was killed
initdb -D "$data.new" --username postgres --auth-local=trust --auth-host=scram-sha-256 --encoding UTF8 --no-locale
echo "host all all all scram-sha-256" >>"$data.new/pg_hba.conf"
{
	echo "CREATE ROLE shopkeeper LOGIN PASSWORD '$MIGRATE_PASSWORD';"
	for process in manager relay console; do
		echo "CREATE ROLE shopkeeper_$process NOLOGIN;"
	done
	echo "CREATE ROLE manager LOGIN PASSWORD '$MANAGER_PASSWORD' IN ROLE shopkeeper_manager;"
	echo "CREATE ROLE relay LOGIN PASSWORD '$RELAY_PASSWORD' IN ROLE shopkeeper_relay;"
	echo "CREATE ROLE console LOGIN PASSWORD '$CONSOLE_PASSWORD' IN ROLE shopkeeper_console;"
	echo "CREATE DATABASE shopkeeper OWNER shopkeeper;"
} | postgres --single -D "$data.new" postgres >/dev/null
# One step, so what is there is whole.
mv "$data.new" "$data"
