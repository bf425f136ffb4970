using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Preflight;

/// <summary>Something that is looked at before training.</summary>
internal interface IPreflightCheck
{
    /// <summary>Its name in reports.</summary>
    string Name { get; }

    /// <summary>Whether it is asked for.</summary>
    /// <param name="options">What is asked for.</param>
    bool IsOn(PreflightOptions options);

    /// <summary>Looks.</summary>
    /// <param name="subject">What is looked at; nothing of it changes.</param>
    /// <returns>What it found.</returns>
    PreflightResult Run(PreflightSubject subject);
}
