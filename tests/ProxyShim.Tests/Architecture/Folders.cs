using Mono.Cecil;
using Mono.Cecil.Cil;
using ProxyShim.Ledger;

namespace ProxyShim.Tests.Architecture;

/// <summary>The folders right below src/ProxyShim, and which of them knows which, read from the assembly: inferred types count as well.</summary>
internal sealed class Folders
{
    /// <summary>What stands in no folder: <c>Program.cs</c>.</summary>
    public const string Root = "Program.cs";

    private const string Namespace = "ProxyShim.";

    private Folders(IReadOnlyCollection<(TypeDefinition User, TypeReference Used)> uses)
    {
        Edges = uses.Select(use => FolderOf(use.User)).Distinct().ToDictionary(folder => folder, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (user, used) in uses.Where(use => IsOurs(use.Used)))
        {
            var (folder, known) = (FolderOf(user), FolderOf(used));
            if (folder != known)
            {
                Edges[folder].Add(known);
                Reasons.Add($"{folder} → {known}: {Outermost(user).Name} uses {Outermost(used).Name}");
            }
        }

        Foreign = uses.Where(use => !IsOurs(use.Used)).ToLookup(use => use.Used.FullName, use => FolderOf(use.User), StringComparer.Ordinal);
    }

    /// <summary>By folder: the folders that it knows.</summary>
    public Dictionary<string, HashSet<string>> Edges { get; }

    /// <summary>By the full name of a type that is not ours: the folders that know it.</summary>
    public ILookup<string, string> Foreign { get; }

    /// <summary>Each edge with the types that make it.</summary>
    public SortedSet<string> Reasons { get; } = new(StringComparer.Ordinal);

    public static Folders Read()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ConversionLedger).Assembly.Location);
        return new Folders([.. assembly.MainModule.GetTypes().Where(IsOurs).SelectMany(type => Uses(type).Select(used => (type, used)))]);
    }

    /// <summary>Bottom up: each level knows only levels before it. What is left over when no further folder fits stands in a cycle, or above one.</summary>
    public (IReadOnlyList<IReadOnlyList<string>> Levels, IReadOnlyList<string> InCycles) Sort()
    {
        var levels = new List<IReadOnlyList<string>>();
        var left = Edges.Keys.Order(StringComparer.Ordinal).ToList();
        while (left.FindAll(folder => !Edges[folder].Overlaps(left)) is { Count: > 0 } level)
        {
            levels.Add(level);
            left.RemoveAll(level.Contains);
        }

        return (levels, left);
    }

    // A nested type, such as the state machine of an asynchronous method, is its outermost type's.
    private static string FolderOf(TypeReference type) => Outermost(type).Namespace is { Length: > 0 } name ? name.Split('.')[1] : Root;

    private static bool IsOurs(TypeReference type) =>
        Outermost(type) is { } outermost && (outermost.Namespace.StartsWith(Namespace, StringComparison.Ordinal) || outermost.FullName == "Program");

    private static TypeReference Outermost(TypeReference type) => type.GetElementType() is var element && element.DeclaringType is { } outer ? Outermost(outer) : element;

    private static IEnumerable<TypeReference> Uses(TypeDefinition type) => References(type).SelectMany(Parts);

    private static IEnumerable<TypeReference?> References(TypeDefinition type) =>
    [
        type, type.BaseType, .. type.Interfaces.Select(one => one.InterfaceType), .. type.CustomAttributes.Select(one => one.AttributeType),
        .. type.Fields.Select(field => field.FieldType), .. type.Methods.SelectMany(Signature), .. type.Methods.Where(method => method.HasBody).SelectMany(Body),
    ];

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
        [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType),
            .. method is GenericInstanceMethod generic ? generic.GenericArguments : []];

    private static IEnumerable<TypeReference?> Body(MethodDefinition method) =>
    [
        .. method.Body.Variables.Select(variable => variable.VariableType),
        .. method.Body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. method.Body.Instructions.SelectMany(Operand),
    ];

    private static IEnumerable<TypeReference?> Operand(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MethodReference method => Signature(method),
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    // List<Xid>[] is a list as well as an xid.
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
