"""Plays the zoo's calls with one of Python's libraries: calls.py LIBRARY SCRIPT BASE AUTH OUT."""
import asyncio
import sys
from urllib.parse import urlsplit

library, script, base, auth, out = sys.argv[1:]
calls = [line.rstrip("\n").split("\t") for line in open(script)]


def headers_of(body):
    return {"Authorization": f"Basic {auth}", **({"Content-Type": "application/json"} if body else {})}


def each():
    for number, (method, path, file) in enumerate(calls):
        yield number, method, path, None if file == "-" else open(file, "rb").read()


def keep(number, status, body):
    open(f"{out}/{number}", "wb").write(body)
    print(status)


def with_urllib():
    import urllib.error
    import urllib.request
    for number, method, path, body in each():
        request = urllib.request.Request(base + path, data=body, headers=headers_of(body), method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                keep(number, answer.status, answer.read())
        except urllib.error.HTTPError as answer:
            keep(number, answer.code, answer.read())


def with_http():
    import http.client
    connection = http.client.HTTPConnection(urlsplit(base).netloc)
    for number, method, path, body in each():
        connection.request(method, path, body, headers_of(body))
        answer = connection.getresponse()
        keep(number, answer.status, answer.read())


def with_http_chunked():
    import http.client
    connection = http.client.HTTPConnection(urlsplit(base).netloc)
    for number, method, path, body in each():
        pieces = None if body is None else iter([body[at:at + 50_000] for at in range(0, len(body), 50_000)])
        connection.request(method, path, pieces, headers_of(body), encode_chunked=True)
        answer = connection.getresponse()
        keep(number, answer.status, answer.read())


def with_urllib3():
    import urllib3
    pool = urllib3.PoolManager()
    for number, method, path, body in each():
        answer = pool.request(method, base + path, body=body, headers=headers_of(body))
        keep(number, answer.status, answer.data)


def with_requests():
    import requests
    with requests.Session() as session:
        for number, method, path, body in each():
            answer = session.request(method, base + path, data=body, headers=headers_of(body))
            keep(number, answer.status_code, answer.content)


def with_httpx():
    import httpx
    with httpx.Client() as client:
        for number, method, path, body in each():
            answer = client.request(method, base + path, content=body, headers=headers_of(body), timeout=60)
            keep(number, answer.status_code, answer.content)


def with_aiohttp():
    import aiohttp

    async def play():
        async with aiohttp.ClientSession() as session:
            for number, method, path, body in each():
                async with session.request(method, base + path, data=body, headers=headers_of(body)) as answer:
                    keep(number, answer.status, await answer.read())

    asyncio.run(play())


def with_pycurl():
    import io
    import pycurl
    for number, method, path, body in each():
        curl, answer = pycurl.Curl(), io.BytesIO()
        curl.setopt(pycurl.URL, base + path)
        curl.setopt(pycurl.CUSTOMREQUEST, method)
        curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers_of(body).items()])
        curl.setopt(pycurl.WRITEDATA, answer)
        if body is not None:
            curl.setopt(pycurl.POSTFIELDSIZE, len(body))
            curl.setopt(pycurl.COPYPOSTFIELDS, body)
        curl.perform()
        keep(number, curl.getinfo(pycurl.RESPONSE_CODE), answer.getvalue())
        curl.close()


globals()[f"with_{library}"]()
