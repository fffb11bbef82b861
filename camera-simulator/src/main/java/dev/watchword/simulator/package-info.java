/**
 * A camera that is not there: draws worlds with known truth, encodes them as H.264, and serves
 * clips over RTSP with faults on demand.
 *
 * <p>Depends on nothing else of the project, so that every test of the pipeline can start from it.
 */
package dev.watchword.simulator;
