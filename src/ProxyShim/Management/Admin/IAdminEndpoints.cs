namespace ProxyShim.Management.Admin;

/// <summary>A part of the admin API.</summary>
internal interface IAdminEndpoints
{
    void Map(AdminRoutes routes);
}
