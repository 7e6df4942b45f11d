#!/usr/bin/env escript
%% Plays the zoo's calls with Erlang's own library: calls.escript LIBRARY SCRIPT BASE AUTH OUT.
main([_, Script, Base, Auth, Out]) ->
    {ok, _} = application:ensure_all_started(inets),
    {ok, Text} = file:read_file(Script),
    Lines = string:lexemes(binary_to_list(Text), "\n"),
    lists:foreach(fun({Number, Line}) -> play(Number, string:split(Line, "\t", all), Base, Auth, Out) end,
                  lists:zip(lists:seq(0, length(Lines) - 1), Lines)).

play(Number, [Method, Path, File], Base, Auth, Out) ->
    Headers = [{"Authorization", "Basic " ++ Auth}],
    Request = case File of
        "-" -> {Base ++ Path, Headers};
        _ -> {ok, Body} = file:read_file(File), {Base ++ Path, Headers, "application/json", Body}
    end,
    {ok, {{_, Status, _}, _, Answer}} = httpc:request(list_to_atom(string:lowercase(Method)), Request, [], [{body_format, binary}]),
    ok = file:write_file(Out ++ "/" ++ integer_to_list(Number), Answer),
    io:format("~w~n", [Status]).
