namespace Anneal.Tests.Cases;

/// <summary>The cases of all groups.</summary>
public static class AllCases
{
    /// <summary>Every case, in the order of the groups' names.</summary>
    public static IReadOnlyList<OpCase> All { get; } =
    [
        .. typeof(AllCases).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IOpCases)))
            .OrderBy(t => t.Name, StringComparer.Ordinal)
            .SelectMany(t => ((IOpCases)Activator.CreateInstance(t)!).Cases),
    ];

    /// <summary>The cases with a gradient to check.</summary>
    public static IEnumerable<OpCase> Differentiable => All.Where(c => c.Differentiable.Length > 0);

    /// <summary>The cases of ops with a body.</summary>
    public static IEnumerable<OpCase> WithBody => All.Where(c => c.Definition.Body is not null);

    /// <summary>The cases that ONNX Runtime's CPU kernels can judge.</summary>
    public static IEnumerable<OpCase> InOrt => All.Where(c => c.NotInOrt is null);

    /// <summary>The cases of ops whose output may take an input's buffer.</summary>
    public static IEnumerable<OpCase> InPlace => All.Where(c => c.Definition.InPlace.Count > 0);
}
