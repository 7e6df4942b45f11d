# Plays the zoo's calls with R's curl: calls.R LIBRARY SCRIPT BASE AUTH OUT.
library(curl)
args <- commandArgs(trailingOnly = TRUE)
handle <- new_handle()
number <- 0
for (line in readLines(args[2])) {
  call <- strsplit(line, "\t")[[1]]
  # A handle of its own for each call, or one for all, which keeps its connection.
  if (args[1] == "each") handle <- new_handle(forbid_reuse = TRUE) else handle_reset(handle)
  headers <- list(Authorization = paste("Basic", args[4]))
  if (call[3] != "-") {
    body <- readBin(call[3], "raw", file.size(call[3]))
    headers[["Content-Type"]] <- "application/json"
    handle_setopt(handle, post = TRUE, postfieldsize = length(body), postfields = body)
  }
  handle_setopt(handle, customrequest = call[1])
  do.call(handle_setheaders, c(list(handle), headers))
  answer <- curl_fetch_memory(paste0(args[3], call[2]), handle)
  writeBin(answer$content, file.path(args[5], number))
  cat(answer$status_code, "\n", sep = "")
  number <- number + 1
}
