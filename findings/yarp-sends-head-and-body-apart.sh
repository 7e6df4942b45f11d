#!/usr/bin/env bash
# Yarp.ReverseProxy 2.3.0 on .NET 10 (ASP.NET Core 10.0), Linux x64.
#
# Expected: a small POST that has come in one packet, head and body, is forwarded in one packet, as HttpClient sends one by itself.
# Seen: YARP's content flushes the request's head before it looks for the body, also where the whole body has arrived long ago. Each forwarded request with a
# body is two sends and two TCP segments, whatever its size.
#
# Output seen (segments with data that the upstream's kernel has counted, TCP_INFO, for each of three requests on one connection):
#   HttpClient: 1 1 1
#   YARP: 2 2 2
#
# Needs: the .NET 10 SDK, and NuGet. Fails when the output is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > finding.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Yarp.ReverseProxy" Version="[2.3.0]" />
  </ItemGroup>
</Project>
XML

cat > Program.cs <<'CSHARP'
using System.Net;
using System.Net.Sockets;
using System.Text;

using var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var upstream = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
var counted = new List<int>();
_ = Task.Run(async () =>
{
    while (true)
    {
        _ = ServeAsync(await listener.AcceptSocketAsync());
    }
});

using (var client = new HttpClient())
{
    for (var i = 0; i < 3; i++)
    {
        using var content = new StringContent("{\"a\":1}");
        using var answer = await client.PostAsync(upstream, content);
    }
}

Console.WriteLine($"HttpClient: {string.Join(' ', counted)}");
counted.Clear();

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddHttpForwarder();
await using var proxy = builder.Build();
proxy.MapForwarder("/{**path}", upstream);
await proxy.StartAsync();
using (var caller = new TcpClient("127.0.0.1", new Uri(proxy.Urls.First()).Port))
{
    var buffer = new byte[4096];
    for (var i = 0; i < 3; i++)
    {
        await caller.Client.SendAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
        var answer = "";
        while (!answer.Contains("\r\n\r\n"))
        {
            answer += Encoding.ASCII.GetString(buffer, 0, await caller.Client.ReceiveAsync(buffer));
        }
    }
}

Console.WriteLine($"YARP: {string.Join(' ', counted)}");

async Task ServeAsync(Socket connection)
{
    using var owned = connection;
    var (before, buffer, request) = (0, new byte[4096], "");
    while (await connection.ReceiveAsync(buffer) is var length and > 0)
    {
        request += Encoding.ASCII.GetString(buffer, 0, length);
        if (request.EndsWith("{\"a\":1}"))
        {
            // TCP_INFO, tcpi_data_segs_in: linux/tcp.h.
            var info = new byte[256];
            connection.GetRawSocketOption(6, 11, info);
            var now = BitConverter.ToInt32(info, 152);
            counted.Add(now - before);
            (before, request) = (now, "");
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        }
    }
}
CSHARP

dotnet run --configuration Release --verbosity quiet | tee output
diff output - <<'TEXT'
HttpClient: 1 1 1
YARP: 2 2 2
TEXT
