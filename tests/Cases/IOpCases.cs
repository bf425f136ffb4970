namespace Anneal.Tests.Cases;

/// <summary>A group of cases; every implementation is found by reflection.</summary>
public interface IOpCases
{
    /// <summary>The cases.</summary>
    IEnumerable<OpCase> Cases { get; }
}
