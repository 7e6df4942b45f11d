# Plays the zoo's calls with Ruby's own library: calls.rb LIBRARY SCRIPT BASE AUTH OUT.
require 'net/http'

library, script, base, auth, out = ARGV
uri = URI(base)
http = Net::HTTP.new(uri.host, uri.port)
http.start if library == 'session'
File.readlines(script, chomp: true).each_with_index do |line, number|
  method, path, file = line.split("\t")
  request = Net::HTTPGenericRequest.new(method, file != '-', true, path, 'Authorization' => "Basic #{auth}")
  if file != '-'
    request['Content-Type'] = 'application/json'
    request.body = File.binread(file)
  end
  answer = http.request(request)
  File.binwrite("#{out}/#{number}", answer.body || '')
  puts answer.code
end
