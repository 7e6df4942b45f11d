<?php
// Plays the zoo's calls with one of PHP's ways: calls.php LIBRARY SCRIPT BASE AUTH OUT.
[, $library, $script, $base, $auth, $out] = $argv;

$streams = function (string $method, string $url, array $headers, ?string $body): array {
    $context = stream_context_create(['http' => ['method' => $method, 'header' => $headers, 'content' => $body ?? '', 'ignore_errors' => true, 'protocol_version' => '1.1']]);
    $answer = file_get_contents($url, false, $context);
    return [explode(' ', $http_response_header[0])[1], $answer];
};

$handle = null;
$curl = function (string $method, string $url, array $headers, ?string $body) use (&$handle): array {
    $handle ??= curl_init();
    curl_reset($handle);
    curl_setopt_array($handle, [CURLOPT_URL => $url, CURLOPT_CUSTOMREQUEST => $method, CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true]);
    if ($body !== null) {
        curl_setopt($handle, CURLOPT_POSTFIELDS, $body);
    }
    $answer = curl_exec($handle);
    return [curl_getinfo($handle, CURLINFO_RESPONSE_CODE), $answer];
};

foreach (file($script, FILE_IGNORE_NEW_LINES) as $number => $line) {
    [$method, $path, $file] = explode("\t", $line);
    $body = $file === '-' ? null : file_get_contents($file);
    $headers = ["Authorization: Basic $auth", ...($body === null ? [] : ['Content-Type: application/json'])];
    [$status, $answer] = ($library === 'curl' ? $curl : $streams)($method, $base . $path, $headers, $body);
    file_put_contents("$out/$number", $answer);
    echo "$status\n";
}
