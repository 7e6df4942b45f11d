# The sidecar as one native binary on a base without a shell. With BuildKit or the classic builder:
#
#   docker build --build-arg REVISION=$(git rev-parse HEAD) -t proxyshim .
#   docker buildx build --platform linux/amd64,linux/arm64 -t proxyshim .
#
# Both base images can be replaced, by mirrors for example. The first needs the SDK and a linker for Native AOT (clang or
# gcc); to build for another architecture than its own, clang, llvm and apt.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
# BuildKit knows it (https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope). The classic builder does not, and "linux" is
# the machine's own architecture to it.
ARG BUILDPLATFORM=${BUILDPLATFORM:-linux}

# On the builder's own architecture: cross-compiling is quicker than emulation by far.
FROM --platform=${BUILDPLATFORM} ${SDK_IMAGE} AS build
WORKDIR /source

# amd64 or arm64; empty (with the classic builder) is the builder's own.
ARG TARGETARCH
# Only the other architecture's C library and linker are missing: the SDK brings all else, zlib included.
RUN case "$(uname -m)-$TARGETARCH" in \
        x86_64-arm64) cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;; \
        aarch64-amd64) cross="gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;; \
        *) exit 0 ;; \
    esac \
    && apt-get update && apt-get install -y --no-install-recommends $cross && rm -rf /var/lib/apt/lists/*

# A layer of its own: packages are restored again only when the versions or the project change, and only as they are locked.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY .config/BannedSymbols.txt .config/
COPY src/ProxyShim/*.csproj src/ProxyShim/packages.lock.json src/ProxyShim/
COPY src/ProxyShim/Native/*.props src/ProxyShim/Native/
RUN dotnet restore src/ProxyShim --locked-mode --use-current-runtime ${TARGETARCH:+--arch $TARGETARCH}

# The commit, for --version: the context has no .git.
ARG REVISION
COPY src/ProxyShim/ src/ProxyShim/
RUN dotnet publish src/ProxyShim --no-restore --configuration Release --use-current-runtime ${TARGETARCH:+--arch $TARGETARCH} \
        -p:SourceRevisionId=$REVISION --output /app \
    && rm -f /app/*.dbg /app/*.pdb

FROM ${RUNTIME_IMAGE}
ARG REVISION
LABEL org.opencontainers.image.title="ProxyShim" \
      org.opencontainers.image.description="Turns Customer API calls into S2S conversions" \
      org.opencontainers.image.revision=$REVISION
COPY --from=build /app/ /app/
USER 65532:65532

# Inside a container loopback is nobody's; what the pod shares is decided by its network, not by this address.
ENV Urls=http://0.0.0.0:8080 Management__Url=http://0.0.0.0:8081
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=5s CMD ["/app/proxyshim", "health"]
ENTRYPOINT ["/app/proxyshim"]
