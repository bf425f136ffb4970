namespace Anneal.Pipeline.Config.Checks;

/// <summary>One rule that ties several values of a pipeline together, checked before any data is read.</summary>
internal interface IConfigValidator
{
    /// <summary>The paths the rule reads; it is not asked where one of them could not be bound.</summary>
    IReadOnlyList<string> Reads { get; }

    void Check(CheckContext context);
}
