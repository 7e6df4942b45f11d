# The sandbox's simulated PartnerStack and demo site, for compose.yaml. Its context is the repository.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY .config/BannedSymbols.txt .config/
COPY src/ src/
RUN dotnet publish src/ProxyShim.Sandbox --configuration Release --output /app

FROM ${RUNTIME_IMAGE}
COPY --from=build /app/ /app/
USER 65532:65532
ENV DOTNET_EnableDiagnostics=0
ENTRYPOINT ["dotnet", "/app/ProxyShim.Sandbox.dll", "--partnerstack"]
