// Poolers between us and the server: PgBouncer and its like.
#pragma once

#include "base/cancellation.h"
#include "postgres/connection.h"
#include "postgres/login.h"

namespace pg2athena::postgres {

// Whether `connection` goes through a pooler. Refuses (Unsupported) one that hands the server's connections
// on between transactions or statements: locks, the snapshot's transaction and the settings of our sessions
// would be others' as well, and other clients would find our settings in theirs. That is why it is asked
// before anything is set. Connection, with what to do, when a pooler has no more connections for us.
//
// What it rests on: a pooler that doesn't keep one server process for one client has to make up the process
// id that it tells at the login (for cancel requests), and pg_backend_pid() then says another. Whether it
// keeps sessions shows when others come: in a pool that is at rest a second connection is given the process
// that the first has just used, and where processes are taken in turns, the first is given another the next
// time. A pool that is spread over many poolers can pass all the same; the mark of each session (session.h)
// then ends the run at the first transaction that is in another's.
Result<bool> find_pooler(Connection& connection, LoginProvider& logins, Cancellation& cancellation);

}  // namespace pg2athena::postgres
