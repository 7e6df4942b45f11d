-- sent.lua for a claim that its holder has sent at once, where it is read back: as long as the entry has the claim's token it is unchanged since the claim, so
-- there is less to check. The holder tells when it was sent, by this clock, which its look-up has read.
-- KEYS: conversion, due, unverified. ARGV: id, token, attempts, sent at, read back at -> 'sent' | 'other' (to be reported by sent.lua)
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return 'other' end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('HSET', KEYS[1], 'state', 'sent', 'token', '', 'sent_by', ARGV[2], 'sent_at', ARGV[4], 'attempts', ARGV[3], 'last_attempt', ARGV[4], 'maybe', '1')
return 'sent'
